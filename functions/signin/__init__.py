"""Signing in, with the product's account or by email, and the session."""
