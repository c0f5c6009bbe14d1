"""What Django lacks for asking the database."""

from typing import Any

import pytest
from django.db import connection


@pytest.mark.django_db
def test_a_new_connection_waits_for_no_writer_before_it_makes_lists(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert type(connection.features)(connection).supports_json_field
