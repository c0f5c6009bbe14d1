"""Words as the index knows them: without case, accents or endings."""

import re
import threading
import unicodedata

import Stemmer

MAX_WORD_CHARACTERS = 60
WORD = re.compile(r"[^\W_]+(?:['’ʻʼ][^\W_]+)*")
_APOSTROPHES = re.compile(r"['’ʻʼ]")


class _Stemmers(threading.local):
    """A stemmer for each thread: it keeps the word that it is at in itself."""

    def __init__(self) -> None:
        self.english = Stemmer.Stemmer("english")


_stemmers = _Stemmers()


def fold(word: str) -> str:
    """Return a word without case, accents and macrons, and in one piece."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", word).casefold())
    return "".join(letter for letter in plain if letter.isalnum())[:MAX_WORD_CHARACTERS]


def stem(folded: str) -> str:
    """Return what a folded word has in common with its plural, its tenses and the like (the Porter 2 algorithm)."""
    return _stemmers.english.stemWord(folded) or folded


def folded_words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return [folded for word in WORD.findall(text) if (folded := fold(word))]
