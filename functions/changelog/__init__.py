"""The changelog by email: who wants it, and each week's."""
