"""Events of visits, and the metrics made of them."""
