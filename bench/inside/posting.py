"""Posting replies as readers do."""

import time
from http import HTTPStatus
from itertools import count
from urllib.parse import urlencode

from articles.models import Article
from bench.inside.asking import ask, behind, collect_as_served
from comments.models import Rule
from comments.rules import house
from comments.rules.learning import retrain
from comments.tokens import form_token

_numbers = count(time.time_ns())


def switch_rules_on() -> list[str]:
    """Have all rules look at every reply, but the one that asks another site; return their names."""
    Rule.objects.exclude(name="akismet").update(is_on=True)
    retrain()
    house.forget()
    return list(Rule.objects.in_force().values_list("name", flat=True))


def forms(articles: int) -> list[tuple[str, str]]:
    """Return, for so many of the newest articles, where their forms are sent and the token that each has."""
    newest = Article.objects.published().latest_first()[:articles]
    return [(f"/replies/article/{article.pk}/", form_token(article)) for article in newest]


def time_posts(times: int) -> dict[str, list[float]]:
    """Return how many milliseconds it takes to store a reply, by the clock and of this process's CPU time."""
    taken: dict[str, list[float]] = {"wall": [], "cpu": []}
    collect_as_served()
    for path, token in forms(times):
        number = next(_numbers)
        fields = {
            "name": "Aroha",
            "email": f"aroha-{number}@hidden.invalid",
            "body": f"What I think of it, as a reader does, in a sentence or two: {number:x}. It goes on here.",
            "token": token,
        }
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        began, cpu = time.perf_counter(), time.process_time()
        answer = ask(behind, path, method="POST", body=urlencode(fields).encode(), HTTP_X_FORWARDED_FOR=address)
        taken["cpu"].append(1000 * (time.process_time() - cpu))
        taken["wall"].append(1000 * (time.perf_counter() - began))
        if answer.status != HTTPStatus.SEE_OTHER:
            raise RuntimeError(f"A reply was answered with {answer.status}.")
    return taken
