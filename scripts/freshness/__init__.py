"""Find the articles that a release of the product made wrong: `python -m scripts.freshness`."""
