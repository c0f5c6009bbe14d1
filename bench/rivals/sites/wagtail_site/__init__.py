"""A small Wagtail site with one article, as its tutorial would have it; it runs in Wagtail's own environment."""
