"""What staff do about people's security: it happens, a reason is asked for, and the trail has it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client

from accounts.sessions.models import EndReason, Session
from accounts.sessions.tests.authenticator import make_passkey
from accounts.sessions.tests.factories import open_session
from accounts.sessions.tests.test_second_factor import with_second_factor
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError
from core.mail.testing import delivered
from moderation.actions import services
from moderation.actions.models import Act, Verb
from moderation.actions.tests.choosing import choose

pytestmark = pytest.mark.django_db
PEOPLE, SESSIONS = "/admin/accounts_users/user/", "/admin/accounts_sessions/session/"


@pytest.fixture
def ana() -> User:
    ana = with_second_factor(username="ana")
    make_passkey(ana)
    RecoveryCodes.activate(ana)
    return ana


def test_signing_out_everywhere_asks_why_and_is_in_the_trail(staff: Client, root: User, ana: User) -> None:
    sessions = [open_session(ana), open_session(ana)]
    asked = choose(staff, "end_all_sessions", ana)
    assert b"Sign out everywhere" in asked.content
    assert not Act.objects.exists()
    assert Session.objects.filter(user=ana, ended_at=None).count() == len(sessions)
    choose(staff, "end_all_sessions", ana, reason="Phone stolen")
    assert set(Session.objects.filter(user=ana).values_list("end_reason", flat=True)) == {EndReason.STAFF}
    act = Act.objects.get()
    assert (act.moderator, act.verb, act.person, act.reason, act.case_id) == (root, Verb.SESSIONS, ana, "Phone stolen", None)
    assert staff.get(f"/admin/moderation_actions/act/{act.pk}/change/").status_code == 200


def test_one_session_is_ended_and_the_others_stay(staff: Client, ana: User) -> None:
    one, other = open_session(ana), open_session(ana)
    choose(staff, "end_sessions", one, reason="Seen abroad")
    assert list(Session.objects.filter(user=ana, ended_at=None)) == [other]
    assert Act.objects.get().verb == Verb.SESSIONS


def test_resetting_the_second_factor_takes_all_of_it_ends_sessions_and_tells(staff: Client, ana: User) -> None:
    session = open_session(ana)
    assert staff.get(f"{PEOPLE}{ana.pk}/change/").status_code == 200
    choose(staff, "reset_second_factor", ana, reason="Lost the phone, showed a passport")
    assert not Authenticator.objects.exists()
    session.refresh_from_db()
    assert session.end_reason == EndReason.STAFF
    assert Act.objects.get().verb == Verb.FACTORS
    (mail,) = delivered()
    assert (mail.to, mail.subject) == ([ana.email], "Your second factor was reset")


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_reason_nothing_happens(root: User, ana: User, reason: str) -> None:
    open_session(ana)
    with pytest.raises(DomainError):
        services.end_sessions(moderator=root, person=ana, reason=reason)
    with pytest.raises(DomainError):
        services.reset_second_factor(moderator=root, person=ana, reason=reason)
    assert Session.objects.filter(ended_at=None).count() == 1
    assert Authenticator.objects.count() == 3
    assert not Act.objects.exists()


def test_nobody_resets_their_own_and_only_administrators_those_of_staff(root: User) -> None:
    helper = with_second_factor(is_staff=True)
    for moderator, person in ((root, root), (UserFactory.create(is_staff=True), helper)):
        with pytest.raises(DomainError) as refused:
            services.reset_second_factor(moderator=moderator, person=person, reason="Because")
        assert refused.value.code == "cannot_act_on"
    assert Authenticator.objects.count() == 1
    assert not Act.objects.exists()
    assert delivered() == []


def test_whoever_may_not_change_people_is_not_offered_it(ana: User) -> None:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True))
    open_session(ana)
    assert choose(client, "reset_second_factor", ana, reason="Because").status_code == 403
    assert choose(client, "end_sessions", *Session.objects.filter(user=ana), reason="Because").status_code == 403
    assert Authenticator.objects.count() == 3
    assert Session.objects.filter(user=ana, ended_at=None).count() == 1
