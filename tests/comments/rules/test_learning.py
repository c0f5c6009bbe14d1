"""Training on this site's own decisions."""

import pytest

from comments.models import Comment, LearnedFilter, Rule
from comments.rules.checks import CHECKS
from comments.rules.house import current_house
from comments.rules.learning import opinion_on, retrain
from comments.rules.submission import Submission
from tests.comments.rules.test_learned import examples
from tests.factories import make_article, make_reply, make_staff

pytestmark = pytest.mark.django_db


def decide_on_examples() -> None:
    article, moderator = make_article(), make_staff("Moderator")
    for example in examples():
        make_reply(article, body=example.text, name="Spammer" if example.is_spam else "Reader")
    Comment.objects.filter(name="Reader").approve(by=moderator)
    Comment.objects.filter(name="Spammer").mark_spam(by=moderator)


def test_it_learns_from_what_people_decided_and_explains_itself() -> None:
    decide_on_examples()
    retrain()
    learned = retrain()
    assert (learned.approved, learned.spam, LearnedFilter.objects.count()) == (50, 50, 1)
    assert learned.accuracy is not None
    assert learned.accuracy > 0.9
    reply = make_reply(make_article(), body="Casino bonus, click here http://spam.example/")
    found = CHECKS["learned"](Submission(reply), Rule.objects.get(name="learned"))
    assert found is not None
    assert "It looks like spam" in found.reason
    assert found.seen["words"]


def test_it_is_silent_before_it_is_trained() -> None:
    assert opinion_on(make_reply(make_article()), current_house().learned) is None
    retrain()
    assert opinion_on(make_reply(make_article()), current_house().learned) is None


def test_what_a_rule_filed_by_itself_teaches_nothing() -> None:
    make_reply(make_article(), status="spam")
    assert retrain().spam == 0


def test_no_address_is_learned() -> None:
    decide_on_examples()
    assert "hidden" not in str(retrain().counts)
