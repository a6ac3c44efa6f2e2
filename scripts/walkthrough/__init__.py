"""Walk through the product as the articles do: take their pictures, and say where the words no longer fit."""
