"""The newsroom's side of the paper, one family of pages to a file."""

from articles.admin.accounts import AccountAdmin
from articles.admin.article import ArticleAdmin
from articles.admin.desk import AuthorAdmin, ImageAdmin, SectionAdmin
from articles.admin.ledger import WorkAdmin
from articles.admin.tags import TagAdmin

__all__ = ["AccountAdmin", "ArticleAdmin", "AuthorAdmin", "ImageAdmin", "SectionAdmin", "TagAdmin", "WorkAdmin"]
