"""Tickets: from a form to the help desk, and the customer's own page of each."""
