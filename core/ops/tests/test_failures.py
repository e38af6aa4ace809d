from typing import Any

import pytest
from celery import shared_task
from django.contrib.admin.sites import site
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from core.ops.models import FailedTask

pytestmark = pytest.mark.django_db
ran: list[str] = []


@shared_task
def fail_once(name: str) -> None:
    ran.append(name)
    if len(ran) == 1:
        raise ValueError("Bearer abcdefghijklmnop")


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    ran.clear()


def test_failure_is_noted_without_secrets_and_can_be_sent_again(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_once.apply(args=("x",), throw=False)
    failure = FailedTask.objects.get()
    assert failure.name == fail_once.name
    assert failure.args == ["x"]
    assert "ValueError" in failure.error
    assert "abcdefghijklmnop" not in failure.error

    sent: list[Any] = []
    monkeypatch.setattr(fail_once.app, "send_task", lambda name, args, kwargs: sent.append((name, args, kwargs)))
    request = rf.post("/")
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    model_admin: Any = site.get_model_admin(FailedTask)
    model_admin.send_again(request, FailedTask.objects.all())
    assert sent == [(fail_once.name, ["x"], {})]
    assert not FailedTask.objects.exists()


def test_success_notes_nothing() -> None:
    ran.append("before")
    fail_once.apply(args=("x",), throw=False)
    assert not FailedTask.objects.exists()
