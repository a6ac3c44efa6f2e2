"""The rules of each static host: headers, rewrites, redirects."""
