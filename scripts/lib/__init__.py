"""What several commands share; none of these is a command."""
