"""Every article made anew after an upgrade."""

import pytest
from django.core.management import call_command

from articles.models import Article
from articles.search.indexing import backend
from articles.search.query import parse
from articles.search.results import Wishes, search
from tests.factories import make_article, make_full_article
from tests.turns import while_it_waits

pytestmark = pytest.mark.django_db


def test_what_is_made_on_save_is_made_again_and_no_date_changes(capsys: pytest.CaptureFixture[str]) -> None:
    article = make_full_article()
    Article.objects.filter(pk=article.pk).update(body_html="old", citations={}, findings=[])
    backend().clear()
    call_command("settle_articles")
    settled = Article.objects.get(pk=article.pk)
    assert settled.citations == {"1": 2, "2": 1}
    assert settled.updated_at == article.updated_at
    assert [hit.article for hit in search(parse("full"), Wishes(), number=1).hits] == [article]
    assert "1 articles are settled." in capsys.readouterr().out


def test_what_somebody_saves_meanwhile_stays_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    article = make_article(body="<p>As it was.</p>")

    def rewrite() -> None:
        theirs = Article.objects.get(pk=article.pk)
        theirs.body = "<p>As they wrote it.</p>"
        theirs.save()

    while_it_waits(monkeypatch, rewrite)
    call_command("settle_articles")
    settled = Article.objects.get(pk=article.pk)
    assert settled.body == "<p>As they wrote it.</p>"
    assert "As they wrote it." in settled.body_html
