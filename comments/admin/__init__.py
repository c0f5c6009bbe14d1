"""The discussion in the admin, one family to a module."""

from comments.admin import articles, comment, policy, privacy, rule

__all__ = ["articles", "comment", "policy", "privacy", "rule"]
