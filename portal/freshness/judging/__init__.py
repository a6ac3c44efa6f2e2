"""How well the check does on known cases, and what it learns from them."""
