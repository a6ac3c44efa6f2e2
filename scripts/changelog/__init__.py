"""The changelog from a product's releases: `python -m scripts.changelog --help`."""
