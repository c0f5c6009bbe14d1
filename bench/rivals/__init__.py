"""What a user would pick instead, each with the same article and the same replies."""
