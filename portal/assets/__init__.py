"""The files of a page as a browser loads them: few, and without what only their readers need."""
