"""Repeatable measurements of the product; `python -m bench --help` says which."""
