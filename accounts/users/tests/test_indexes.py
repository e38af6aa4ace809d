"""Finding somebody by what they typed costs the same however many there are: by index, whatever the case."""

from typing import Any

import pytest
from allauth.account.internal.userkit import filter_users_by_email
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.users.models import User

pytestmark = pytest.mark.django_db
MANY = """
INSERT INTO accounts_users_user SELECT (jsonb_populate_record(person, jsonb_build_object(
    'id', gen_random_uuid(), 'username', 'person' || number, 'email', 'person' || number || '@example.com'))).*
FROM accounts_users_user AS person, generate_series(1, 5000) AS number
"""


@pytest.fixture
def _many(db: None) -> None:
    """Enough people that reading them all is dearer than an index."""
    User.objects.create_user("ana", "ana@example.com")
    with connection.cursor() as cursor:
        cursor.execute(MANY)
        cursor.execute("ANALYZE accounts_users_user")


def plans(ask: Any) -> str:
    """How PostgreSQL carries out what ``ask`` asks of people."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(ask())
    with connection.cursor() as cursor:
        lines = []
        for query in queries:
            if "accounts_users_user" in query["sql"]:
                cursor.execute("EXPLAIN " + query["sql"])
                lines += [line for (line,) in cursor.fetchall()]
    return "\n".join(lines)


@pytest.mark.usefixtures("_many")
@pytest.mark.parametrize(
    ("asked", "indexes"),
    [
        (lambda: User.objects.filter(email__iexact="Person4711@Example.com"), ["user_by_email"]),
        (lambda: User.objects.filter(username__iexact="Person4711"), ["user_by_username"]),
        (lambda: User.objects.named("Person4711"), ["user_username_unique"]),
        (lambda: filter_users_by_email("Person4711@Example.com"), ["user_by_exact_email"]),
        (
            lambda: User.objects.filter(Q(username__iexact="p@q.example") | Q(email__iexact="p@q.example") | Q(phone="p@q.example")),
            ["user_by_username", "user_by_email", "user_phone_unique"],
        ),
    ],
    ids=["address", "username", "named", "allauth", "whatever was typed at sign-in"],
)
def test_people_are_found_by_index(asked: Any, indexes: list[str]) -> None:
    plan = plans(asked)
    assert "Seq Scan on accounts_users_user" not in plan, plan
    for index in indexes:
        assert f" {index} " in plan, plan
