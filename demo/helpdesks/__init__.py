"""Help desks that keep tickets in memory and misbehave as their vendors do."""
