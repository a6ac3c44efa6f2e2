"""What readers did and said."""
