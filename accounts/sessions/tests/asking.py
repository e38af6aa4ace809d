"""Asking for codes and reading them, as people do in the tests of codes."""

import re
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from core.mail.testing import delivered
from core.sms.testing import texted

PHONE = "+351912345678"
OTHER_PHONE = "+12025550123"
LATER = timedelta(seconds=31)  # when another code may be asked for


def post(path: str, data: dict[str, Any] | None = None, *, client: APIClient | None = None, token: str = "", address: str = "127.0.0.1") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return (client or APIClient(REMOTE_ADDR=address)).post(f"/api/v1/auth/{path}", data or {}, headers=headers)


def digits_in(words: str) -> str:
    found = re.search(r"\b[0-9]{6}\b", words)
    assert found, words
    return found.group()


def texted_code() -> str:
    return digits_in(texted()[-1].text)


def mailed_code() -> str:
    return digits_in(str(delivered()[-1].body))


def wrong(code: str) -> str:
    """Six digits that are not these."""
    return f"{(int(code) + 1) % 10**6:06d}"


def later(seconds: float = LATER.total_seconds()) -> Any:
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))
