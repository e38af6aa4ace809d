"""Short ways in front of Django (``core.web.express``), held against Django itself."""

import io
import json
from collections.abc import Callable
from http.client import responses
from typing import Any, NamedTuple
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_started
from django.db import DEFAULT_DB_ALIAS, OperationalError, close_old_connections, connection, connections
from pytest_django import Settings
from structlog.testing import capture_logs

from accounts.sessions import services
from accounts.sessions.models import EndReason, Session
from accounts.sessions.reading import ReadEndpoint
from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from core.ops.measures import requests
from core.redis_calls import calls
from core.web.express import Express
from social.posts.services import create_post

MakePerson = Callable[..., User]
pytestmark = pytest.mark.django_db(transaction=True)  # connections are looked after as in production
HOME, PUBLIC = "/api/v1/feeds/home", "/api/v1/feeds/public"


class Answered(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def remaining(self) -> int:
        return int(self.headers["RateLimit"].split("r=")[1].split(";")[0])


class Sites:
    """The same site with and without short ways; ``through`` counts what Django answered for the one with."""

    def __init__(self) -> None:
        self.django: Any = WSGIHandler()
        self.through = 0
        self.express = Express(self._counted)

    def _counted(self, environ: Any, start_response: Any) -> Any:
        self.through += 1
        return self.django(environ, start_response)

    def ask(self, address: str, *, plainly: bool = False, method: str = "GET", **environ: Any) -> Answered:
        """What ``address`` answers; ``plainly`` by Django alone."""
        path, _, query = address.partition("?")
        asked: dict[str, Any] = {
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": method,
            "HTTP_HOST": "testserver",
            "wsgi.input": io.BytesIO(),
            **environ,
        }
        setup_testing_defaults(asked)
        said: list[Any] = []
        response = (self.django if plainly else self.express)(asked, lambda *arguments: said.append(arguments))
        body = b"".join(response)
        if close := getattr(response, "close", None):
            close()
        ((status, headers),) = said
        number, _, phrase = status.partition(" ")
        assert phrase == responses[int(number)]
        assert len(headers) == len(dict(headers)), "no header twice"
        return Answered(int(number), dict(headers), body)


@pytest.fixture
def sites() -> Sites:
    return Sites()


def token(person: User) -> str:
    return f"Bearer {tokens_for(person).access_token}"


@pytest.mark.parametrize("address", [HOME, PUBLIC, f"{HOME}?limit=1", f"{PUBLIC}?limit=1"])
@pytest.mark.parametrize("is_held", [False, True])
def test_both_answer_alike(address: str, is_held: bool, sites: Sites, make_person: MakePerson) -> None:
    person = make_person()
    for body in ("one", "two"):
        create_post(author=person, body=body)
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(person), "HTTP_X_REQUEST_ID": "given-by-a-proxy"}
    if is_held:
        asked["HTTP_IF_NONE_MATCH"] = f'"other", {sites.ask(address, plainly=True, **asked).headers["ETag"]}'
    short, long = sites.ask(address, **asked), sites.ask(address, plainly=True, **asked)
    assert sites.through == 0
    assert short.status == long.status == (304 if is_held else 200)
    assert short.remaining == long.remaining + 1
    for headers in (short.headers, long.headers):
        del headers["RateLimit"]
    assert short.headers == long.headers
    if not is_held:
        assert {**short.data, "timestamp": ""} == {**long.data, "timestamp": ""}


def test_a_request_leaves_the_same_line_and_is_counted_either_way(sites: Sites, make_person: MakePerson) -> None:
    counted = requests.labels("GET", "api-home-feed", "200")
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    lines = []
    for plainly in (False, True):
        before = counted._value.get()
        with capture_logs() as written:
            sites.ask(f"{HOME}?limit=2", plainly=plainly, **asked)
        lines.append([{**line, "ms": 0} for line in written if line["event"] == "request"])
        assert counted._value.get() == before + 1
    assert lines[0] == lines[1]
    assert [(line["path"], line["status"]) for line in lines[0]] == [(f"{HOME}?limit=2", 200)]


@pytest.mark.parametrize(
    ("address", "status", "code"), [(f"{HOME}?cursor=nonsense", 400, "invalid_cursor"), (f"{HOME}?limit=0", 400, "invalid_limit")]
)
def test_django_says_what_is_wrong_and_it_is_counted_once(address: str, status: int, code: str, sites: Sites, make_person: MakePerson) -> None:
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    before = sites.ask(HOME, **asked)
    refused = sites.ask(address, **asked)
    assert (refused.status, refused.data["error"]["code"], sites.through) == (status, code, 1)
    assert refused.remaining == before.remaining - 1


def test_whoever_signed_out_is_refused(sites: Sites, make_person: MakePerson) -> None:
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    assert sites.ask(HOME, **asked).status == 200
    services.end_session(session_id=Session.objects.get().pk, reason=EndReason.SIGNED_OUT)
    refused = sites.ask(HOME, **asked)
    assert (refused.status, refused.data["error"]["code"]) == (401, "session_ended")


def test_hosts_that_are_not_ours_are_refused(sites: Sites, make_person: MakePerson) -> None:
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    assert sites.ask(HOME, **{**asked, "HTTP_HOST": "elsewhere.example"}).status == 400
    assert sites.ask(HOME, **asked).status == 200


def test_http_is_sent_on_to_https_and_told_apart_by_what_our_proxy_says(settings: Settings, make_person: MakePerson) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    sites = Sites()
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    for says in (asked, {**asked, "HTTP_X_FORWARDED_PROTO": "http"}):
        sent_on = sites.ask(HOME, **says)
        assert (sent_on.status, sent_on.headers["Location"]) == (301, f"https://testserver{HOME}")
    through = sites.through
    secure = sites.ask(HOME, **asked, HTTP_X_FORWARDED_PROTO="https")
    assert (secure.status, secure.headers["Strict-Transport-Security"], sites.through) == (200, "max-age=60", through)


def test_a_connection_that_broke_costs_nobody_their_answer(sites: Sites, make_person: MakePerson) -> None:
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ended = cursor.fetchone()
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", ended)
    other.close()
    request_started.disconnect(close_old_connections)  # as in web processes
    try:
        assert [sites.ask(HOME, **asked).status for _ in range(2)] == [200, 200]
    finally:
        request_started.connect(close_old_connections)
    assert sites.through == 1


@pytest.mark.parametrize(("address", "status", "costs"), [(f"{HOME}?cursor=nonsense", 400, 1), (HOME, 429, 0)])
def test_what_was_counted_on_the_short_way_is_not_counted_again(
    address: str, status: int, costs: int, sites: Sites, make_person: MakePerson, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "api_signed_in": "1/minute" if status == 429 else "100/minute"}
    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    left, redis = sites.ask(HOME, **asked).remaining, calls(settings.CACHES["default"]["LOCATION"])
    kept = len(redis._idle)
    for _ in range(3):
        refused = sites.ask(address, **asked)
        left -= costs
        assert (refused.status, refused.remaining) == (status, left)
        assert len(redis._idle) == kept, "a connection waits for an answer that nobody reads"
    assert sites.through == 3


@pytest.mark.parametrize(("broken", "lines"), [(ZeroDivisionError, ["short_way_failed"]), (OperationalError, [])])
def test_what_breaks_on_the_short_way_is_answered_by_django(
    broken: type[Exception], lines: list[str], sites: Sites, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise broken

    asked: dict[str, Any] = {"HTTP_AUTHORIZATION": token(make_person())}
    monkeypatch.setattr(ReadEndpoint, "short_way", breaks)
    monkeypatch.setattr(ReadEndpoint, "as_view", breaks)
    with capture_logs() as written:
        sites.ask(HOME, HTTP_ACCEPT="application/json;q=1.0", **asked)
    assert sites.through == 1
    assert [line["event"] for line in written if line["event"] == "short_way_failed"] == lines


@pytest.mark.parametrize(
    ("address", "environ"),
    [
        (HOME, {"method": "HEAD"}),
        (HOME, {"method": "POST"}),
        (HOME, {"SCRIPT_NAME": "/under"}),
        (HOME, {"HTTP_AUTHORIZATION": ""}),
        (f"{HOME}?limit=%31", {}),
        ("/api/v1/auth/sessions", {}),
        ("/api/v1/nowhere", {}),
        ("/api/v1/feeds/h\u00c3\u00b6me", {}),
        ("/home/", {}),
    ],
)
def test_all_else_is_for_django(address: str, environ: dict[str, Any], sites: Sites, make_person: MakePerson) -> None:
    sites.ask(address, **{"HTTP_AUTHORIZATION": token(make_person()), **environ})
    assert sites.through == 1
