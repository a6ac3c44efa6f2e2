"""Billing: what can be done, and the way there."""
