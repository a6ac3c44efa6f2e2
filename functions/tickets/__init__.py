"""Tickets: the form, their delivery to the help desk, and the customer's pages."""
