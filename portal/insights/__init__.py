"""What readers did, counted."""
