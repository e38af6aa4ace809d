"""The short way of reading, held against the long one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.sessions import services
from accounts.sessions.models import EndReason, Session
from accounts.sessions.reading import Found, ReadEndpoint
from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.services import suspend_user
from chat.conversations.services import create_direct
from chat.messages.services import send_message
from social.feeds.api import HomeFeedEndpoint

MakePerson = Callable[..., User]
pytestmark = pytest.mark.django_db
LONG_WAY = {"HTTP_ACCEPT": "application/json;q=1.0"}
PATHS = ["/api/v1/feeds/home", "/api/v1/feeds/public", "/api/v1/feeds/home?limit=3", "/api/v1/feeds/public?limit=3"]
ITS_OWN = {"X-Request-ID", "RateLimit"}


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which way each request was answered, in order."""
    taken: list[str] = []
    short_way, answer_read = ReadEndpoint.short_way.__func__, ReadEndpoint.answer_read  # type: ignore[attr-defined]

    def short(cls: Any, *args: Any, **kwargs: Any) -> Any:
        answer = short_way(cls, *args, **kwargs)
        taken.append("short")
        return answer

    def long(self: Any, *args: Any, **kwargs: Any) -> Any:
        taken.append("long")
        return answer_read(self, *args, **kwargs)

    monkeypatch.setattr(ReadEndpoint, "short_way", classmethod(short))
    monkeypatch.setattr(ReadEndpoint, "answer_read", long)
    return taken


def client_of(person: User) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {tokens_for(person).access_token}")


@pytest.mark.parametrize("path", PATHS)
def test_both_ways_answer_alike(path: str, make_person: MakePerson, ways: list[str]) -> None:
    client = client_of(make_person())
    short, long = client.get(path), client.get(path, **LONG_WAY)  # type: ignore[arg-type]
    assert ways == ["short", "long"]
    said = [{**answer.json(), "timestamp": None} for answer in (short, long)]
    assert said[0] == said[1]
    headers = [{name: value for name, value in answer.headers.items() if name not in ITS_OWN} for answer in (short, long)]
    assert {**headers[0], "Vary": ""} == {**headers[1], "Vary": ""}
    assert [set(answer["Vary"].split(", ")) for answer in (short, long)] == [{"Accept", "Authorization", "Cookie"}] * 2
    assert short["RateLimit"] != long["RateLimit"]  # each was counted once
    assert client.get(path, HTTP_IF_NONE_MATCH=short["ETag"]).status_code == 304
    assert ways[2:] == ["short"]


def test_history_is_the_same_both_ways(make_person: MakePerson, ways: list[str]) -> None:
    ana, ben = make_person(), make_person()
    conversation = create_direct(actor=ana, target=ben)
    for number in range(3):
        send_message(sender=ana, conversation_id=conversation.pk, body=f"message {number}", temp_id=str(number))
    client, path = client_of(ben), f"/api/v1/conversations/{conversation.pk}/messages?limit=2"
    short, long = client.get(path), client.get(path, **LONG_WAY)  # type: ignore[arg-type]
    assert ways == ["short", "long"]
    assert [message["seq"] for message in short.json()["data"]] == [3, 2]
    assert {**short.json(), "timestamp": None} == {**long.json(), "timestamp": None}
    assert client_of(make_person()).get(path).status_code == 404
    assert client.get(path + "&after_seq=0").json()["data"][0]["seq"] == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_session_that_ended_reads_nothing(path: str, make_person: MakePerson, ways: list[str]) -> None:
    person = make_person()
    client = client_of(person)
    assert client.get(path).status_code == 200
    services.end_session(session_id=Session.objects.get().pk, reason=EndReason.SIGNED_OUT)
    refused = client.get(path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "session_ended")
    assert ways == ["short"]


def test_who_is_suspended_reads_nothing(make_person: MakePerson) -> None:
    person = make_person()
    client = client_of(person)
    suspend_user(user=person, until=timezone.now() + timedelta(days=1), reason="spam")
    assert client.get("/api/v1/feeds/public").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "eyJ.eyJ.x"])
def test_what_is_no_token_is_told_so(token: str, ways: list[str]) -> None:
    assert Client(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/feeds/home").status_code == 401
    assert ways == []


def test_refusals_go_the_long_way_and_count_once(make_person: MakePerson, monkeypatch: pytest.MonkeyPatch, ways: list[str]) -> None:
    client = client_of(make_person())
    first = client.get("/api/v1/feeds/home?cursor=nonsense")
    assert (first.status_code, first.json()["error"]["code"]) == (400, "invalid_cursor")
    second = client.get("/api/v1/feeds/home")
    remaining = [int(answer["RateLimit"].split("r=")[1].split(";")[0]) for answer in (first, second)]
    assert remaining[0] - remaining[1] == 1


def test_the_limit_holds_on_the_short_way(make_person: MakePerson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.LIMITS, "api_signed_in", "2/minute")
    client = client_of(make_person())
    assert [client.get("/api/v1/feeds/home").status_code for _ in range(3)] == [200, 200, 429]


def test_a_read_that_asks_nothing_through_its_reader_lets_nobody_in(
    make_person: MakePerson, monkeypatch: pytest.MonkeyPatch, ways: list[str]
) -> None:
    monkeypatch.setattr(HomeFeedEndpoint, "read", classmethod(lambda *_: Found(b"[]", None)))
    assert client_of(make_person()).get("/api/v1/feeds/home").status_code == 200
    assert ways == ["long"]


def test_use_is_noted_on_the_short_way(make_person: MakePerson) -> None:
    client = client_of(make_person())
    long_ago = timezone.now() - 2 * services.TOUCH_EVERY
    Session.objects.update(last_used_at=long_ago)
    client.get("/api/v1/feeds/home")
    assert Session.objects.get().last_used_at > long_ago


def test_hosts_that_are_not_ours_are_refused(make_person: MakePerson) -> None:
    assert client_of(make_person()).get("/api/v1/feeds/home", HTTP_HOST="elsewhere.example").status_code == 400
