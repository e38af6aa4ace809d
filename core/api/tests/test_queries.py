import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, OperationalError, connection, transaction
from django.db.models import CharField, UUIDField
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict
from core.queries import UUIDS, Folded, Prepared, columns, take
from core.statements import MOST_PREPARED, fetch, together

pytestmark = pytest.mark.django_db
User: Any = get_user_model()
people_named = Prepared(
    lambda ids, name, limit: User.objects.filter(pk__any=ids, username=name).order_by("pk").values_list(*columns(User))[:limit],
    ids=UUIDS,
    name=CharField(),
)


def test_a_prepared_query_says_what_its_queryset_says(make_person: Callable[..., Any]) -> None:
    ana, ben = make_person(username="ana"), make_person(username="ben")
    for name, expected in (("ana", [ana]), ("ben", [ben]), ("cem", [])):
        rows = people_named(ids=[ana.pk, ben.pk], name=name, limit=5)
        assert [take(User, row) for row in rows] == expected
    assert people_named(ids=[ben.pk], name="ana", limit=5) == []
    assert people_named(ids=[], name="ana", limit=5) == []


def test_what_is_fixed_makes_a_statement_of_its_own(make_person: Callable[..., Any]) -> None:
    ids = [make_person().pk for _ in range(3)]
    some = Prepared(lambda ids, limit: User.objects.filter(pk__any=ids).values_list("pk")[:limit], ids=UUIDS)
    assert [len(some(ids=ids, limit=limit)) for limit in (1, 2, 1)] == [1, 2, 1]
    assert len(some.compiled) == 2


def test_values_are_never_written_into_the_statement(make_person: Callable[..., Any]) -> None:
    make_person(username="ana")
    found = Prepared(lambda name: User.objects.filter(username=name).values_list("pk"), name=CharField())
    assert found(name="ana' OR 'a'='a") == []
    assert found(name="100%s") == []
    assert len(found(name="ana")) == 1


def test_constants_with_percent_signs_stay_what_they_are(make_person: Callable[..., Any]) -> None:
    person = make_person(display_name="100%s %% sure")
    found = Prepared(lambda key: User.objects.filter(pk=key, display_name="100%s %% sure").values_list("pk"), key=UUIDField())
    assert found(key=person.pk) == [(person.pk,)]


def test_a_prepared_query_is_counted_like_any_other(person: Any, count_queries: Callable[[Callable[[], object]], int]) -> None:
    assert count_queries(lambda: people_named(ids=[person.pk], name="ana", limit=5)) == 1


@pytest.mark.django_db(transaction=True)
def test_each_connection_prepares_for_itself(person: Any) -> None:
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(people_named(ids=[person.pk], name=person.username, limit=5)[0][0])
        finally:
            connection.close()

    for _ in range(2):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    ask()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_a_query_can_stand_inside_a_larger_statement(make_person: Callable[..., Any]) -> None:
    ana, ben = make_person(username="ana"), make_person(username="ben")
    named = Prepared(lambda name: User.objects.filter(username=name).values_list("pk"), name=CharField())
    found = fetch(f"WITH named (id) AS ({named.sql()}) SELECT id FROM named WHERE id = ANY(%(ids)s)", {"name": "ana", "ids": [ana.pk, ben.pk]})  # noqa: S608
    assert found == [(ana.pk,)]


def test_only_what_is_not_planned_anew_is_prepared(person: Any) -> None:
    kept = Prepared(lambda bio: User.objects.filter(bio=bio).values_list("pk"), bio=CharField())
    anew = Prepared(lambda bio: User.objects.exclude(bio=bio).values_list("pk"), planned_anew=True, bio=CharField())
    assert (kept(bio="nobody's"), anew(bio="nobody's")) == ([], [(person.pk,)])
    prepared = fetch("SELECT statement LIKE '%%NOT%%' FROM pg_prepared_statements WHERE statement LIKE %(like)s", {"like": '%."bio" = %'})
    assert prepared == [(False,)]


def test_what_is_sent_is_logged_with_its_values(person: Any) -> None:
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            people_named(ids=[person.pk], name="ana", limit=5)
        assert "'ana'" in captured.captured_queries[0]["sql"]


OURS = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE '\\_line%%'"


@pytest.mark.django_db(transaction=True)
class TestOutsideTransactions:
    """There statements go past cursors."""

    def test_values_come_back_as_they_went(self, person: Any) -> None:
        values = {"key": person.pk, "keys": [person.pk], "none": None, "time": person.created_at, "text": "100%s", "count": 7, "truth": True}
        row = ", ".join(
            f"%({name})s::{kind}" for name, kind in zip(values, ("uuid", "uuid[]", "text", "timestamptz", "text", "int", "bool"), strict=True)
        )
        assert fetch(f"SELECT {row}, '%%', %(key)s", values) == [(*values.values(), "%", person.pk)]
        assert people_named(ids=[person.pk], name=person.username, limit=5)[0][0] == person.pk

    def test_what_fails_is_told_as_django_tells_it_and_breaks_nothing(self) -> None:
        for _ in range(2):
            with pytest.raises(DataError, match="division by zero"):
                fetch("SELECT 1 / %(number)s::int", {"number": 0})
        assert fetch("SELECT 1 / %(number)s::int", {"number": 1}) == [(1,)]

    def test_what_was_prepared_outlives_a_rollback(self) -> None:
        for number in range(3):
            with contextlib.suppress(Conflict), transaction.atomic():
                with together() as ask:
                    asked = ask("SELECT %(number)s::int", {"number": number})
                assert asked.rows == fetch("SELECT %(number)s::int", {"number": number}) == [(number,)]
                raise Conflict
            assert fetch("SELECT %(number)s::int", {"number": number}) == [(number,)]
            uses = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = 'SELECT $1::int'"
            assert fetch(uses, {}) == [(3 * number + 3,)]

    def test_no_more_than_so_many_stay_prepared(self) -> None:
        for number in range(MOST_PREPARED + 20):
            assert fetch(f"SELECT {number}", {}) == [(number,)]
        assert fetch(OURS, {})[0][0] <= MOST_PREPARED
        assert fetch("SELECT 0", {}) == [(0,)]

    def test_a_connection_that_broke_is_made_anew(self) -> None:
        assert fetch("SELECT 1", {}) == [(1,)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()

        def kill() -> None:
            fetch("SELECT pg_terminate_backend(%(backend)s)", {"backend": backend})
            connection.close()

        killer = threading.Thread(target=kill)
        killer.start()
        killer.join()
        with pytest.raises(OperationalError):
            fetch("SELECT 1", {})
        connection.close_if_unusable_or_obsolete()  # as at the end of a request
        assert fetch("SELECT 1", {}) == [(1,)]


def test_rows_can_be_folded_into_one(make_person: Callable[..., Any]) -> None:
    ana, ben = make_person(username="ana", is_verified=True), make_person(username="ben")
    marks = Folded(Prepared(lambda ids: User.objects.filter(pk__any=ids).values_list("username", "is_verified"), ids=UUIDS))
    assert marks.unfold(marks(ids=[ana.pk, ben.pk])) == {"ana": True, "ben": False}
    assert marks.unfold(marks(ids=[])) == {}
