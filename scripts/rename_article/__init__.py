"""Give an article another address: `python -m scripts.rename_article OLD NEW`, both as ids such as billing/update-card.

The file moves, what names it follows (links, `related`, `often_asked`, the account's cards, search tests, redirects),
and its old address leads to the new one.
"""
