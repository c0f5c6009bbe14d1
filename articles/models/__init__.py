"""The models of the paper, one family to a file."""

from articles.models.article import Article, FormerAddress
from articles.models.author import Author
from articles.models.chain import Correction, Evidence, KeyPoint, Source
from articles.models.change import Change, Shown, ShownQuerySet, Traces
from articles.models.desk import DeskEntry
from articles.models.image import Image, PictureInText
from articles.models.link import HostTurn, LinkCheck
from articles.models.mark import LongList, Mark, Spot
from articles.models.place import Place
from articles.models.prepared import PreparedArticle
from articles.models.queryset import ArticleQuerySet, ArticleTag, Byline
from articles.models.search import SearchEntry, SearchWord
from articles.models.section import FormerSectionSlug, Section
from articles.models.tagging import FormerTagSlug, TagKey
from articles.models.turn import Turn
from articles.models.version import Autosave, Presence, Version
from articles.models.work import Work

__all__ = [
    "Article",
    "ArticleQuerySet",
    "ArticleTag",
    "Author",
    "Autosave",
    "Byline",
    "Change",
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
    "LongList",
    "Mark",
    "PictureInText",
    "Place",
    "PreparedArticle",
    "Presence",
    "SearchEntry",
    "SearchWord",
    "Section",
    "Shown",
    "ShownQuerySet",
    "Source",
    "Spot",
    "TagKey",
    "Traces",
    "Turn",
    "Version",
    "Work",
]
