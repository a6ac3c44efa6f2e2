"""What Vercel's runtime looks for; vercel.json sends `/api/*` and `/my/*` here."""

from functions.hosts.vercel import app

__all__ = ["app"]
