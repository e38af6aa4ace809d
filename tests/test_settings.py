"""Settings as an operator meets them: a process with an environment."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from config import env
from core.testing.environment import Environment
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


def start(program: str = "from django.conf import settings; settings.DEBUG", **changes: str) -> "subprocess.CompletedProcess[str]":
    """Load production's settings in a process that has only what is given here."""
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.prod", **SAFE, **changes}
    command = [sys.executable, "-c", program]
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
