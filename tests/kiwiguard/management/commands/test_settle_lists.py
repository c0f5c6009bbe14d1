"""Lists and counts made anew after a change past the program."""

import pytest
from django.core.management import call_command
from django.db import models
from django.test import Client

from articles.models import Change, Place
from comments.models import Comment, Tally
from tests.factories import make_approved_reply, make_article, make_reply

pytestmark = pytest.mark.django_db


def test_lists_and_counts_say_again_what_articles_and_replies_say_on_every_page(client: Client) -> None:
    article = make_article("A lost article")
    root = make_approved_reply(article)
    unanswered = make_approved_reply(article)
    make_approved_reply(article, parent=root)
    make_reply(article, parent=unanswered)
    Place.objects.all().delete()
    Tally.objects.update(visible=0)
    models.QuerySet(Comment).update(is_listed=False, visible_answers=7)
    call_command("settle_lists")
    assert "A lost article" in client.get("/").text
    assert Tally.objects.get().visible == 3
    answers = dict(Comment.objects.filter(is_listed=True).values_list("pk", "visible_answers"))
    assert answers == {root.pk: 1, unanswered.pk: 0}
    assert Change.objects.filter(key="site").exists()
