"""Visits, votes and comments of readers."""
