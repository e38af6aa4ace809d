import contextlib
import threading
from collections.abc import Callable
from typing import Any, LiteralString

import pytest
from django.contrib.auth import get_user_model
from django.db import DataError, OperationalError, connection, transaction
from django.db.models import CharField, UUIDField
from django.db.transaction import TransactionManagementError
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

    @pytest.mark.parametrize("is_under_way", [False, True])
    @pytest.mark.parametrize("ask", [lambda sql: fetch(sql, {}), lambda sql: ask_together("SELECT 1", sql, "SELECT 2")])
    def test_a_connection_that_broke_is_made_anew(self, ask: Callable[[LiteralString], object], is_under_way: bool) -> None:
        ask("SELECT 3")
        [(backend,)] = fetch("SELECT pg_backend_pid()", {})

        def kill() -> None:
            sleeping: list[tuple[Any, ...]] = []
            while is_under_way and not sleeping:
                sleeping = fetch("SELECT 1 FROM pg_stat_activity WHERE pid = %(backend)s AND wait_event = 'PgSleep'", {"backend": backend})
            fetch("SELECT pg_terminate_backend(%(backend)s)", {"backend": backend})
            connection.close()

        killer = threading.Thread(target=kill)
        killer.start()
        if not is_under_way:
            killer.join()
        with pytest.raises(OperationalError):
            ask("SELECT pg_sleep(60)")
        killer.join()
        connection.close_if_unusable_or_obsolete()  # as at the end of a request
        ask("SELECT 3")


def ask_together(*statements: LiteralString, **values: Any) -> list[list[tuple[Any, ...]]]:
    with together() as ask:
        answers = [ask(sql, values) for sql in statements]
    return [answer.rows for answer in answers]


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_statements_are_carried_out_in_order_in_one_transaction(self, person: Any) -> None:
        name = "SELECT display_name FROM accounts_users_user WHERE id = %(id)s"
        with contextlib.suppress(Conflict), transaction.atomic():
            before, changed, after = ask_together(
                name, "UPDATE accounts_users_user SET display_name = %(name)s WHERE id = %(id)s", name, id=person.pk, name="Another"
            )
            assert (before, changed, after) == ([(person.display_name,)], [], [("Another",)])
            raise Conflict
        assert fetch(name, {"id": person.pk}) == [(person.display_name,)]

    def test_where_one_fails_nothing_after_it_is_done_and_the_connection_goes_on(self, person: Any) -> None:
        rename: LiteralString = "UPDATE accounts_users_user SET display_name = 'Never' WHERE id = %(id)s"
        for _ in range(2):  # what came after was not even prepared the first time
            with pytest.raises(DataError, match="division by zero"), transaction.atomic():
                ask_together("SELECT %(id)s", "SELECT 1 / (%(zero)s)::int", rename, id=person.pk, zero=0)
        assert User.objects.get(pk=person.pk).display_name == person.display_name
        assert ask_together("SELECT 1 / (%(zero)s)::int", rename, id=person.pk, zero=1) == [[(1,)], []]

    def test_nothing_is_sent_where_the_block_fails(self, person: Any) -> None:
        with contextlib.suppress(Conflict), together() as ask:
            ask("DELETE FROM accounts_users_user WHERE id = %(id)s", {"id": person.pk})
            raise Conflict
        with pytest.raises(KeyError):
            ask_together("DELETE FROM accounts_users_user WHERE id = %(id)s", "SELECT %(missing)s", id=person.pk)
        assert User.objects.filter(pk=person.pk).exists()

    def test_more_than_fits_on_the_way_comes_through_both_ways(self) -> None:
        large = "x" * 3_000_000
        answers = ask_together(*["SELECT %(large)s::text, repeat('y', 2000000)"] * 5, large=large)
        assert answers == [[(large, "y" * 2_000_000)]] * 5

    def test_inside_a_transaction_that_is_broken_nothing_is_asked(self) -> None:
        with transaction.atomic():
            with contextlib.suppress(DataError), transaction.atomic(savepoint=False):
                fetch("SELECT 1 / 0", {})
            with pytest.raises(TransactionManagementError):
                ask_together("SELECT 1")

    def test_django_counts_them(self) -> None:
        with CaptureQueriesContext(connection) as captured, transaction.atomic():
            assert ask_together("SELECT %(word)s::text", "SELECT 2", word="one") == [[("one",)], [(2,)]]
        assert [query["sql"] for query in captured.captured_queries][1:3] == ["SELECT 'one'::text", "SELECT 2"]


def test_rows_can_be_folded_into_one(make_person: Callable[..., Any]) -> None:
    ana, ben = make_person(username="ana", is_verified=True), make_person(username="ben")
    marks = Folded(Prepared(lambda ids: User.objects.filter(pk__any=ids).values_list("username", "is_verified"), ids=UUIDS))
    assert marks.unfold(marks(ids=[ana.pk, ben.pk])) == {"ana": True, "ben": False}
    assert marks.unfold(marks(ids=[])) == {}
