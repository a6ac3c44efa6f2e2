"""The table of the help desks' tests."""
