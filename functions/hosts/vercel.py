"""Vercel: `app`, which its runtime finds by name in api/index.py and calls as WSGI."""

from functions.app import app

__all__ = ["app"]
