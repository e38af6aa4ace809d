"""Settings as an operator meets them: a process with an environment."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config import env
from config.limits import LIMITS
from config.redis_urls import celery_url, first_database, redis_database
from core.testing.environment import Environment
from social.posts.models import MAX_IMAGES
from tests.architecture import ROOT

SAFE = {
    "SECRET_KEY": "kJ8s-2Lq_0pZx7VbN4mT1yWcR6hF9dGaQe3uI5oXtKzMnBvC",
    "SITE_URL": "https://hubbub.test",
    "ALLOWED_HOSTS": '["hubbub.test"]',
    "DATABASE_URL": "postgresql://hubbub:db-pass-word@db/hubbub",
    "REDIS_URL": "redis://:redis-pass-word@redis:6379",
    "EMAIL_URL": "smtps://hubbub:mail-pass-word@mail.test",
    "DEFAULT_FROM_EMAIL": "Hubbub <hello@hubbub.test>",
}
SAFE["SECRET_KEY"] += "xY"


MISTAKES = [  # in whatever environment
    ("TRUSTED_PROXIES", '["10.0.0.0/99"]'),
    ("METRICS_NETWORKS", '["zebra"]'),
    ("LIMITS", '{"uploads": "zebra"}'),
    ("LIMITS", '{"uploads": "0/hour"}'),
    ("LIMITS", '{"zebra": "5/hour"}'),
    ("REALTIME_LIMITS", '{"message:send": ["zebra"]}'),
    ("REALTIME_LIMITS", '{"message:send": ["5/fortnight"]}'),
    ("REDIS_URL", "redis://redis:6379/zebra"),
]


def start(show: str = "", **changes: str) -> "subprocess.CompletedProcess[str]":
    """Load production's settings in a process that has only what is given here, with the apps if the names of commands are asked for."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.prod", **SAFE, **changes}
    command = [sys.executable, "-c", f"import django; from django.conf import settings; settings.DEBUG; {show}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_production_starts_with_safe_settings() -> None:
    started = start()
    assert started.returncode == 0, started.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short-and-weak"),
        ("SECRET_KEY", "a" * 80),
        ("SECRET_KEY", "django-insecure-kJ8s-2Lq_0pZx7VbN4mT1yWcR6hF9dGaQe3uI5oXtKz"),
        ("SECRET_KEY", "development-only-" + "not-a-secret-" * 4),
        ("DEBUG", "true"),
        ("ALLOWED_HOSTS", "[]"),
        ("ALLOWED_HOSTS", '["*"]'),
        ("TRUSTED_PROXIES", '["0.0.0.0/0"]'),
        ("TRUSTED_PROXIES", '["anything"]'),
        *MISTAKES,
        ("SITE_URL", "http://hubbub.test"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///hubbub.db"),
        ("REDIS_URL", ""),
        ("EMAIL_URL", ""),
        ("DEFAULT_FROM_EMAIL", "Hubbub <hello@localhost>"),
        ("S3_ACCESS_KEY_ID", "a-key-without-its-secret"),
        ("TWILIO_SENDER", "+15005550006"),
        ("CAPTCHA_SECRET_KEY", "a-secret-without-its-provider"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_only_that(name: str, value: str) -> None:
    refused = start(**{name: value})
    assert refused.returncode != 0
    named = [line.split(":")[0].strip() for line in refused.stderr.splitlines()[1:]]
    assert named == [name.replace("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")]


def test_every_problem_is_told_at_once_and_no_value_is_shown() -> None:
    wrong = {
        "SECRET_KEY": "zebra-secret",
        "ALLOWED_HOSTS": "zebra, horse",
        "DATABASE_URL": "zebra://zebra:zebra@db",
        "REDIS_DATABASE": "zebra",
        "LOG_LEVEL": "zebra",
    }
    first = start(**{**wrong, "ALLOWED_HOSTS": '["*"]', "SITE_URL": "http://zebra"})
    assert first.returncode != 0
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_DATABASE", "LOG_LEVEL", "SITE_URL"):
        assert f"  {name}: " in first.stderr
    malformed = start(**wrong)
    assert malformed.returncode != 0
    for refused in (first, malformed):
        assert "zebra" not in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(("name", "value"), MISTAKES)
def test_a_mistake_stops_development_as_well(name: str, value: str) -> None:
    refused = start(DJANGO_SETTINGS_MODULE="config.settings.dev", **{name: value})
    assert refused.returncode != 0
    assert [line.split(":")[0].strip() for line in refused.stderr.splitlines()[1:]] == [name]
    assert "zebra" not in refused.stderr


def test_mistakes_of_all_kinds_are_told_at_once() -> None:
    refused = start(DJANGO_SETTINGS_MODULE="config.settings.dev", **dict(MISTAKES))
    assert {line.split(":")[0].strip() for line in refused.stderr.splitlines()[1:]} == {name for name, _ in MISTAKES}


@pytest.mark.parametrize(("command", "starts"), [("message:send", True), ("message:zebra", False)])
def test_limits_of_commands_are_for_commands_there_are(command: str, starts: bool) -> None:
    started = start("django.setup()", REALTIME_LIMITS=f'{{"{command}": ["30/m"]}}')
    assert (started.returncode == 0) is starts
    if not starts:
        assert "REALTIME_LIMITS: names a command there is not" in started.stderr
        assert "zebra" not in started.stderr
        assert "Traceback" not in started.stderr


@pytest.mark.parametrize(
    ("url", "numbers", "cache", "bus", "broker"),
    [
        ("redis://:pass@h:6379", "", "redis://:pass@h:6379/1", "redis://:pass@h:6379/0", "redis://:pass@h:6379/2"),
        ("redis://h:6379/", "", "redis://h:6379/1", "redis://h:6379/0", "redis://h:6379/2"),
        ("redis://h:6379/0", "3", "redis://h:6379/4", "redis://h:6379/3", "redis://h:6379/5"),
        ("redis://h:6379/5", "", "redis://h:6379/6", "redis://h:6379/5", "redis://h:6379/7"),
        ("redis://h:6379?db=5", "", "redis://h:6379/6", "redis://h:6379/5", "redis://h:6379/7"),
        (
            "rediss://h:6380?ssl_cert_reqs=none",
            "",
            "rediss://h:6380/1?ssl_cert_reqs=none",
            "rediss://h:6380/0?ssl_cert_reqs=none",
            "rediss://h:6380/2?ssl_cert_reqs=none",
        ),
    ],
)
def test_each_part_has_its_database_whatever_else_the_address_says(url: str, numbers: str, cache: str, bus: str, broker: str) -> None:
    show = "print(settings.CACHES['default']['LOCATION'], settings.REALTIME_REDIS_URL, settings.CELERY_BROKER_URL)"
    assert start(show, REDIS_URL=url, REDIS_DATABASE=numbers).stdout.split() == [cache, bus, broker]


def test_databases_behind_a_socket_are_told_by_query() -> None:
    url = "unix:///run/redis.sock?db=5&socket_timeout=2"
    assert first_database(url) == 5
    assert redis_database(url, 6) == "unix:///run/redis.sock?socket_timeout=2&db=6"
    assert celery_url(url, 7) == "redis+socket:///run/redis.sock?socket_timeout=2&virtual_host=7"


def test_forms_are_taken_from_the_address_people_use() -> None:
    shown = start("print(settings.CSRF_TRUSTED_ORIGINS)", SITE_URL="https://hubbub.test:8443/").stdout
    assert shown.strip() == "['https://hubbub.test:8443']"


def test_ten_posts_of_as_many_pictures_as_fit_are_possible_in_an_hour() -> None:
    assert LIMITS["uploads"] == "10/hour"
    assert LIMITS["uploaded_files"] == f"{10 * MAX_IMAGES}/hour"


def test_the_example_is_generated_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text() == env.example(), "python -m config.env > .env.example"


def test_the_example_starts_development_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in env.Env.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    from_example = env.Env(_env_file=ROOT / ".env.example")
    assert from_example.model_dump(exclude={"media_root"}) == env.Env(_env_file=None).model_dump(exclude={"media_root"})


def test_every_setting_is_used() -> None:
    used = "".join(path.read_text() for path in (ROOT / "config").rglob("*.py"))
    assert [name for name in env.Env.model_fields if f"env.{name}" not in used] == []


def test_a_database_out_of_reach_is_given_up_and_its_address_may_say_after_how_long() -> None:
    show = "import json; from django.conf import settings; print(json.dumps(settings.DATABASES['default']['OPTIONS']))"

    def options(**changes: str) -> dict[str, Any]:
        return dict(json.loads(start(show, **changes).stdout))

    usual = options()
    assert (usual["connect_timeout"], usual["keepalives"], usual["tcp_user_timeout"]) == (5, 1, 15_000)
    assert "options" not in usual
    url = SAFE["DATABASE_URL"] + "?connect_timeout=2&options=-c%20work_mem=8MB"
    other = options(DATABASE_URL=url, DATABASE_STATEMENT_SECONDS="30")
    assert (int(other["connect_timeout"]), other["options"]) == (2, "-c work_mem=8MB -c statement_timeout=30000")


def test_postgresql_breaks_off_what_takes_too_long(servers: Environment) -> None:
    ask = """
import django
django.setup()
from django.db import OperationalError, connection
try:
    connection.cursor().execute("SELECT pg_sleep(20)")
except OperationalError as error:
    print(error)
"""
    broken_off = start(ask, DATABASE_URL=servers.admin_url, DATABASE_STATEMENT_SECONDS="1")
    assert "statement timeout" in broken_off.stdout, broken_off.stderr
