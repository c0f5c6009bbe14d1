"""What runs in a process of the site: `python -m bench.inside`, with the site's environment."""
