"""HTTP to addresses that others chose: never to one that is not public."""
