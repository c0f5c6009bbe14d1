"""E-mail addresses at rest."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from comments import personal_data
from tests.factories import make_article, make_reply

ADDRESS = "Aroha@hidden.invalid"


def test_what_is_stored_tells_no_address() -> None:
    stored = personal_data.encrypt(ADDRESS)
    assert "hidden" not in stored
    assert personal_data.decrypt(stored) == ADDRESS
    assert personal_data.encrypt(ADDRESS) != stored


def test_another_key_opens_nothing() -> None:
    with pytest.raises(InvalidToken):
        personal_data.decrypt(Fernet(Fernet.generate_key()).encrypt(b"x").decode())


def test_a_fingerprint_is_the_same_for_every_spelling_of_case() -> None:
    assert personal_data.fingerprint(" AROHA@HIDDEN.invalid") == personal_data.fingerprint(ADDRESS)
    assert personal_data.fingerprint("other@hidden.invalid") != personal_data.fingerprint(ADDRESS)


def test_digests_of_different_purposes_differ() -> None:
    assert personal_data.keyed_digest("a", "x") != personal_data.keyed_digest("b", "x")
    assert personal_data.keyed_digest("a", "x", "y") != personal_data.keyed_digest("a", "xy")


@pytest.mark.django_db
def test_no_row_of_the_database_holds_an_address() -> None:
    make_reply(make_article(), email=ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM comments_comment")
        [row] = cursor.fetchall()
    assert "hidden.invalid" not in str(row).casefold()
