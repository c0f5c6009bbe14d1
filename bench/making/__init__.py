"""Making papers of any size: a few articles by the product itself, and exact copies of their rows."""
