"""Reading an article from plain text: bytes → lines → blocks → article. Knows nothing of Django."""

from articles.plain_text.article import KeyPointText, PlainArticle, SourceText, parse
from articles.plain_text.blocks import Block
from articles.plain_text.reading import MAX_FILE_BYTES, UnreadableText, decode

__all__ = [
    "MAX_FILE_BYTES",
    "Block",
    "KeyPointText",
    "PlainArticle",
    "SourceText",
    "UnreadableText",
    "decode",
    "parse",
]
