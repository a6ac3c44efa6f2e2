"""Which articles a change of the product makes wrong: from diffs and articles to hits with their proofs.

The way in is `check(commits, library, left)` in check.py. ranking.py orders the articles by the signs of signals.py,
proofs.py puts the article's line beside the product's. Nothing here reads a repository: scripts/freshness/ does.
"""
