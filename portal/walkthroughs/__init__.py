"""Steps beside an article: they take its pictures, and say when the product no longer has what it names."""
