"""Customers who pay, by month."""
