from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from core.testing.environment import Environment
from core.testing.threads import race


def test_each_process_leases_numbers_of_its_own(servers: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "REDIS_DATABASE"):
        monkeypatch.setenv(name, "")  # restored afterwards
    other = Environment()
    assert other.number != servers.number
    assert other.database != servers.database


@pytest.mark.django_db
def test_settings_name_the_leased_databases(servers: Environment) -> None:
    assert connection.settings_dict["NAME"] == servers.database
    assert servers.number * 3 == settings.REDIS_DATABASE


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_starts_with_an_empty_cache(turn: int) -> None:
    assert cache.get("left-behind") is None
    cache.set("left-behind", turn)


@pytest.mark.django_db
def test_queries_are_counted(count_queries: Callable[[Callable[[], object]], int]) -> None:
    assert count_queries(lambda: connection.cursor().execute("SELECT 1")) == 1


def test_a_race_reports_results_and_refusals_in_order() -> None:
    def call(number: int) -> int:
        if number == 1:
            raise ValueError(number)
        return number

    first, second, third = race(call, threads=3)
    assert (first, third) == (0, 2)
    assert isinstance(second, ValueError)
