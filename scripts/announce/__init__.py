"""Tells subscribers what came to the portal too late to be told by itself."""
