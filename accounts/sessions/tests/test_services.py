"""Refresh, reuse and the end of sessions, raced by threads where they can race."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session as StoredSession
from django.test import Client
from django.utils import timezone

from accounts.sessions import services
from accounts.sessions.models import EndReason, Session
from accounts.sessions.services import RefreshSuperseded
from accounts.sessions.tasks import tidy_sessions
from accounts.sessions.tests.factories import confirm, open_session, tokens_for
from accounts.sessions.tokens import NotAuthenticated, TokenPair
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.events.registry import handlers
from core.testing.threads import race


@pytest.mark.django_db(transaction=True)
def test_eight_parallel_refreshes_of_one_token_give_one_pair_and_keep_the_session() -> None:
    token = tokens_for(UserFactory.create()).refresh_token
    results = race(lambda _: services.refresh_tokens(refresh_token=token), threads=8)
    pairs = [result for result in results if isinstance(result, TokenPair)]
    assert len(pairs) == 1
    assert [type(result) for result in results if result not in pairs] == [RefreshSuperseded] * 7
    assert Session.objects.get().ended_at is None
    services.refresh_tokens(refresh_token=pairs[0].refresh_token)


@pytest.mark.django_db(transaction=True)
def test_refresh_racing_sign_out_leaves_nobody_signed_in() -> None:
    session = open_session(UserFactory.create())
    token = services.issue_tokens(session_id=session.pk).refresh_token
    race(lambda n: services.refresh_tokens(refresh_token=token) if n % 2 else services.end_session(session_id=session.pk), threads=6)
    session.refresh_from_db()
    assert session.ended_at
    assert session.refresh_digest == ""


@pytest.mark.django_db
def test_reuse_after_the_grace_ends_the_family() -> None:
    first = tokens_for(UserFactory.create())
    second = services.refresh_tokens(refresh_token=first.refresh_token)
    with time_machine.travel(timezone.now() + timedelta(seconds=11)), pytest.raises(NotAuthenticated) as refused:
        services.refresh_tokens(refresh_token=first.refresh_token)
    assert refused.value.code == "token_reused"
    assert Session.objects.get().end_reason == EndReason.TOKEN_REUSED
    assert not StoredSession.objects.exists()
    with pytest.raises(NotAuthenticated):
        services.refresh_tokens(refresh_token=second.refresh_token)


@pytest.mark.django_db
def test_token_older_than_the_last_ends_the_family_even_within_the_grace() -> None:
    first = tokens_for(UserFactory.create())
    second = services.refresh_tokens(refresh_token=first.refresh_token)
    services.refresh_tokens(refresh_token=second.refresh_token)
    with pytest.raises(NotAuthenticated):
        services.refresh_tokens(refresh_token=first.refresh_token)
    assert Session.objects.get().ended_at


@pytest.mark.django_db
def test_raw_refresh_token_is_not_stored() -> None:
    pair = tokens_for(UserFactory.create())
    stored = Session.objects.values_list("refresh_digest", "spent_digest").get()
    assert pair.refresh_token not in stored
    assert len(stored[0]) == 64


@pytest.mark.django_db
def test_session_lives_as_long_as_it_is_refreshed() -> None:
    pair = tokens_for(UserFactory.create())
    for days in (29, 58, 87):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            pair = services.refresh_tokens(refresh_token=pair.refresh_token)
            assert services.end_unused_sessions() == 0
    with time_machine.travel(timezone.now() + timedelta(days=120)):
        with pytest.raises(NotAuthenticated):
            services.refresh_tokens(refresh_token=pair.refresh_token)
        assert services.end_unused_sessions() == 1


@pytest.mark.django_db(transaction=True)
def test_ending_twice_at_once_tells_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    monkeypatch.setitem(handlers, "accounts.sessions.SessionEnded", {"test": heard.append})
    session = open_session(UserFactory.create())
    race(lambda _: services.end_session(session_id=session.pk), threads=4)
    assert [event.session_id for event in heard] == [session.pk]


@pytest.mark.django_db(transaction=True)
def test_suspension_ends_every_session() -> None:
    from accounts.users.services import suspend_user

    ana = UserFactory.create()
    open_session(ana)
    open_session(ana)
    suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Spam")
    assert set(Session.objects.values_list("end_reason", flat=True)) == {EndReason.SUSPENDED}


@pytest.mark.django_db
def test_tidying_ends_what_ran_out_and_forgets_what_ended_long_ago() -> None:
    forgotten, unused, live = (open_session(UserFactory.create()) for _ in range(3))
    services.end_session(session_id=forgotten.pk)
    Session.objects.filter(pk=forgotten.pk).update(ended_at=timezone.now() - timedelta(days=91))
    Session.objects.filter(pk=unused.pk).update(last_used_at=timezone.now() - timedelta(days=32))
    tidy_sessions()
    tidy_sessions()
    assert dict(Session.objects.values_list("pk", "end_reason")) == {unused.pk: EndReason.EXPIRED, live.pk: ""}


@pytest.mark.django_db
def test_whoever_came_in_by_a_password_that_is_another_by_now_does_not_stay() -> None:
    ana = UserFactory.create()
    looked_at = User.objects.get(pk=ana.pk)
    ana.set_password("another-violin-moss")
    ana.save()
    with pytest.raises(NotAuthenticated):
        services.open_session(user=looked_at, session_key="k", address=None, user_agent="")
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_no_session_opened_by_the_old_password_outlives_the_new_one(attempt: int) -> None:
    """However the two meet: the password was looked at before the change, the session is opened while, before or after it is carried out."""
    ana = UserFactory.create()
    hashed = make_password("another-violin-moss")
    looked_at = [User.objects.get(pk=ana.pk) for _ in range(4)]

    def change() -> None:
        User.objects.filter(pk=ana.pk).update(password=hashed)
        services.end_all_sessions(user=ana, reason=EndReason.PASSWORD_CHANGED)

    def come_in(number: int) -> None:
        services.open_session(user=looked_at[number], session_key=f"key{number}", address=None, user_agent="")

    race(lambda number: change() if number == 3 else come_in(number), threads=4)
    assert not Session.objects.live().filter(user=ana).exists()


@pytest.mark.django_db
def test_session_that_ended_while_its_password_was_changed_has_no_cookie_either() -> None:
    ana = UserFactory.create(username="ana")
    client = Client()
    client.force_login(ana)
    session = Session.objects.get()
    confirm(ana)
    ended = services.rebind_session

    def rebind(**which: Any) -> bool:
        services.end_session(session_id=session.pk)
        return ended(**which)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "rebind_session", rebind)
        form = {"oldpassword": PASSWORD, "password1": "another-violin-moss", "password2": "another-violin-moss"}
        client.post("/settings/password/", form)
    ana.refresh_from_db()
    assert ana.check_password("another-violin-moss")
    assert client.get("/home/").status_code == 302
    assert not Session.objects.live().exists()
