"""Words as the index knows them: without case, accents or endings."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

MAX_WORD_CHARACTERS = 60
WORD = re.compile(r"[^\W_]+(?:['’ʻʼ][^\W_]+)*")
_APOSTROPHES = re.compile(r"['’ʻʼ]")
_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return a word without case, accents and macrons, and in one piece."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", word).casefold())
    return "".join(letter for letter in plain if letter.isalnum())[:MAX_WORD_CHARACTERS]


@lru_cache(maxsize=200_000)
def stem(folded: str) -> str:
    """Return what a folded word has in common with its plural, its tenses and the like (the Porter 2 algorithm)."""
    return _stemmer.stemWord(folded) or folded


def folded_words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return [folded for word in WORD.findall(text) if (folded := fold(word))]


def stemmed(text: str) -> str:
    """Return a text as the index stores it."""
    return " ".join(stem(word) for word in folded_words(text))
