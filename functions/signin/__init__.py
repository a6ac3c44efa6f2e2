"""Signing in: with the product's account or with a mail, and the session that follows."""
