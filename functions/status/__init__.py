"""The live side of the status page: checks, incidents, subscribers."""
