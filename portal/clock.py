"""Lengths of time in milliseconds, as every time of the store and of a request is."""

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
