"""The models of the paper, one family to a file."""

from articles.models.article import Article, FormerAddress
from articles.models.author import Author
from articles.models.chain import Correction, Evidence, KeyPoint, Source
from articles.models.desk import DeskEntry
from articles.models.image import Image
from articles.models.link import HostTurn, LinkCheck
from articles.models.queryset import ArticleQuerySet, ArticleTag, Byline
from articles.models.search import SearchWord
from articles.models.section import FormerSectionSlug, Section
from articles.models.tagging import FormerTagSlug, TagKey
from articles.models.version import Autosave, Presence, Version
from articles.models.work import Work

__all__ = [
    "Article",
    "ArticleQuerySet",
    "ArticleTag",
    "Author",
    "Autosave",
    "Byline",
    "Correction",
    "DeskEntry",
    "Evidence",
    "FormerAddress",
    "FormerSectionSlug",
    "FormerTagSlug",
    "HostTurn",
    "Image",
    "KeyPoint",
    "LinkCheck",
    "Presence",
    "SearchWord",
    "Section",
    "Source",
    "TagKey",
    "Version",
    "Work",
]
