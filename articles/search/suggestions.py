"""Did you mean: for words that nothing matches, those of the paper that are spelt most like them."""

from articles.models.search import SearchWord
from articles.search.query import Query

MAX_DISTANCE = 2
CANDIDATES = 4000


def suggestions(query: Query) -> str:
    """Return the query in words that the paper has, or nothing where there is no better one."""
    known = set(SearchWord.objects.filter(word__in=query.words).values_list("word", flat=True))
    meant = [word if word in known else _nearest(word) for word in query.words]
    better = " ".join(filter(None, meant))
    return better if better != " ".join(query.words) else ""


def _nearest(word: str) -> str:
    """Return the word of the paper nearest to one, or nothing."""
    least, most = len(word) - MAX_DISTANCE, len(word) + MAX_DISTANCE
    near = SearchWord.objects.filter(word__startswith=word[:1]).values_list("word", flat=True)
    best, distance = "", MAX_DISTANCE + 1 if len(word) > 4 else MAX_DISTANCE  # noqa: PLR2004 - short words change at once
    for other in near.filter(word__regex=f"^.{{{max(1, least)},{most}}}$")[:CANDIDATES]:
        if (apart := _distance(word, other, distance)) < distance:
            best, distance = other, apart
    return best


def _distance(one: str, other: str, bound: int) -> int:
    """Return how many letters to add, drop, change or swap make one word the other, or `bound` if it is that many.

    Optimal string alignment, after Damerau (1964) and Levenshtein (1966).
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for place, other_letter in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other_letter))
            is_swap = at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == other_letter
            row.append(min(cost, older[place - 2] + 1) if is_swap else cost)
        if min(row) >= bound:
            return bound
    return row[-1]
