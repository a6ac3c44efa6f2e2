"""The status page as of now: checks, incidents, and who is told."""
