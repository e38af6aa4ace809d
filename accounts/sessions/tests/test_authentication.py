"""Bearer tokens and cookies as REST sees them."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.test import APIClient

from accounts.sessions import services, tokens
from accounts.sessions.authentication import BearerAuthentication
from accounts.sessions.tests.factories import open_session, tokens_for
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def authenticate(token: str) -> tuple[User, UUID] | None:
    return BearerAuthentication().authenticate(Request(RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})))


def refusal(token: str) -> str:
    with pytest.raises(AuthenticationFailed) as refused:
        authenticate(token)
    return str(refused.value.get_codes())


def test_access_token_brings_person_and_session() -> None:
    ana = UserFactory.create()
    session = open_session(ana)
    pair = services.issue_tokens(session_id=session.pk)
    assert authenticate(pair.access_token) == (ana, session.pk)


def test_authentication_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token = tokens_for(UserFactory.create()).access_token
    with django_assert_num_queries(1):
        authenticate(token)


def test_a_token_that_was_good_before_is_refused_once_it_is_out_of_date() -> None:
    token = tokens_for(UserFactory.create()).access_token
    authenticate(token)
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert refusal(token) == "token_invalid"


def test_ended_session_is_refused_without_any_deny_list() -> None:
    session = open_session(UserFactory.create())
    token = services.issue_tokens(session_id=session.pk).access_token
    authenticate(token)
    services.end_session(session_id=session.pk)
    assert refusal(token) == "session_ended"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "ey" * 5000, "é"])
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(tokens.NotAuthenticated):
        tokens.read_access_token(token)


def test_refresh_token_is_no_access_token() -> None:
    assert refusal(tokens_for(UserFactory.create()).refresh_token) == "token_invalid"


def test_suspended_person_is_refused_at_once() -> None:
    ana = UserFactory.create()
    token = tokens_for(ana).access_token
    suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Spam")
    assert refusal(token) == "session_ended"


def test_deleted_person_is_refused() -> None:
    ana = UserFactory.create()
    token = tokens_for(ana).access_token
    ana.delete()
    assert refusal(token) == "session_ended"


def test_use_is_noted_once_in_five_minutes(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ana = UserFactory.create()
    session = open_session(ana)
    token = services.issue_tokens(session_id=session.pk).access_token
    type(session).objects.filter(pk=session.pk).update(last_used_at=timezone.now() - timedelta(minutes=6))
    authenticate(token)
    session.refresh_from_db()
    assert timezone.now() - session.last_used_at < timedelta(minutes=1)
    with django_assert_num_queries(1):
        authenticate(token)


@pytest.mark.parametrize("path", ["users/me", "feeds/home"], ids=["long way", "short way"])
def test_forged_tokens_are_counted_by_address(settings: Settings, path: str) -> None:
    settings.LIMITS = {**settings.LIMITS, "api_anonymous": "3/hour"}
    forged = {"Authorization": "Bearer forged"}
    assert [APIClient().get(f"/api/v1/{path}", headers=forged).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert APIClient(REMOTE_ADDR="192.0.2.9").get(f"/api/v1/{path}", headers=forged).status_code == 401
    token = tokens_for(UserFactory.create()).access_token
    assert APIClient().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}).status_code == 200
