"""Emails: limits per address, who wants which, and the mail server."""
