"""What other systems answer, read with care."""
