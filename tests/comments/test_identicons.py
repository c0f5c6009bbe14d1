"""Pictures drawn from fingerprints."""

from comments.identicons import identicon
from comments.models import Comment
from tests.factories import make_article, make_reply


def test_the_same_digits_give_the_same_mirrored_picture() -> None:
    first, second = identicon("0a1b2c3d"), identicon("0a1b2c3d")
    assert first == second
    assert first is not None
    squares = {tuple(map(int, square.split("h")[0].split())) for square in first.path.split("M")[1:]}
    assert squares == {(4 - column, row) for column, row in squares}
    assert 0 <= first.hue < 360


def test_others_look_different_and_the_forgotten_have_none() -> None:
    assert identicon("0a1b2c3d") != identicon("0a1b2c3e")
    assert identicon("") is None
    assert identicon("00000000") is not None


def test_a_person_has_one_picture_that_says_nothing_of_the_fingerprint(db: None) -> None:
    article = make_article()
    first, second = (make_reply(article, email="Same@hidden.invalid") for _ in range(2))
    other = make_reply(article, email="other@hidden.invalid")
    assert first.identicon == second.identicon != other.identicon
    assert first.identicon not in first.email_fingerprint
    Comment.objects.filter(pk=first.pk).erase_personal_data()
    first.refresh_from_db()
    assert first.identicon == ""
