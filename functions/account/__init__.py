"""The customer's own account."""
