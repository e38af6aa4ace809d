import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from core.ops import logs
from core.ops.errors import scrub
from core.ops.logs import logging_settings
from core.ops.redaction import clean, clean_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0"
UUID = "01935c3e-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "name",
    ["password", "new_password1", "access_token", "Authorization", "cookie", "csrftoken", "session_key", "api_key", "secret_key", "otp", "jti"],
)
def test_value_under_a_telling_name_is_taken_out(name: str) -> None:
    assert clean({"outer": [{name: "hunter2"}]}) == {"outer": [{name: "[redacted]"}]}


def test_names_that_only_sound_alike_stay() -> None:
    event = {"request_id": "abc-123", "temp_id": "t1", "user_id": UUID, "code": 200}
    assert clean(event) == event


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"header was Bearer {JWT}", "header was [redacted]"),
        (f"got {JWT}!", "got [redacted]!"),
        ("postgresql://app:hunter2@db/app", "postgresql://[redacted]@db/app"),
        ("GET /reset/?key=abc123&next=/home/", "GET /reset/?key=[redacted]&next=[redacted]"),
        ("GET /api/v1/posts?cursor=abc&limit=5", "GET /api/v1/posts?cursor=abc&limit=5"),
        ("GET /verify/MQ:1abcdefghijklmnopqrstuvwxyz:SIGNATURE/", "GET /verify/[redacted]/"),
        (f"GET /api/v1/posts/{UUID}/like", f"GET /api/v1/posts/{UUID}/like"),
    ],
)
def test_text_that_looks_like_a_credential_is_taken_out(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[str]]]:
    """What a logger set up as in production has written, by whichever way."""
    before = structlog.get_config()
    settings = logging_settings("json", "INFO")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = settings["formatters"]["line"]
    handler.setFormatter(formatter["()"](processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"]))
    logger = logging.getLogger("redaction_test")
    logger.addHandler(handler)
    logger.setLevel("INFO")
    logger.propagate = False
    yield lambda: [*capsys.readouterr().err.splitlines(), *stream.getvalue().splitlines()]
    logger.propagate = True
    logger.removeHandler(handler)
    structlog.configure(**before)


def test_log_lines_are_json_without_secrets_even_in_tracebacks(lines: Callable[[], list[str]]) -> None:
    logger: Any = structlog.get_logger("redaction_test")
    try:
        raise ValueError(f"bad token Bearer {JWT}")
    except ValueError:
        logger.exception("sign_in_failed", password="hunter2", headers={"Cookie": "sessionid=abc"})
    logging.getLogger("redaction_test").warning("foreign %s", f"Bearer {JWT}")
    written = lines()
    assert not [line for line in written if "hunter2" in line or JWT in line or "sessionid=abc" in line]
    first, second = map(json.loads, written)
    assert first["event"] == "sign_in_failed"
    assert "ValueError" in first["exception"]
    assert second["event"] == "foreign [redacted]"


def test_the_short_way_of_a_line_says_what_the_long_one_says(lines: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    logger: Any = structlog.get_logger("redaction_test")
    logger.info("request", path="/reset/?key=abc", token="hunter2", ms=1.5, at=datetime(2026, 1, 2, tzinfo=UTC))
    monkeypatch.setattr(logs, "UNREMARKABLE", frozenset())
    logger.info("request", path="/reset/?key=abc", token="hunter2", ms=1.5, at=datetime(2026, 1, 2, tzinfo=UTC))
    short, long = ({**json.loads(line), "timestamp": None} for line in lines())
    assert short == long
    assert (short["path"], short["token"]) == ("/reset/?key=[redacted]", "[redacted]")


def test_error_reports_carry_neither_cookies_nor_bodies() -> None:
    report = {
        "request": {"cookies": {"sessionid": "x"}, "data": {"password": "hunter2"}, "headers": {"Authorization": f"Bearer {JWT}"}},
        "extra": JWT,
    }
    assert scrub(report, {}) == {"request": {"headers": {"Authorization": "[redacted]"}}, "extra": "[redacted]"}
