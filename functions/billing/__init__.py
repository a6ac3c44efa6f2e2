"""Billing: the page, and the redirects to the billing system."""
