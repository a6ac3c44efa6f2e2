"""Billing systems that misbehave as their vendors do, each written from its contract."""
