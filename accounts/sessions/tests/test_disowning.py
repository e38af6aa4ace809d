"""Whoever owns the account takes away what somebody else added to it, by the link in the mail about it; who has no address is told by text."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone

from accounts.sessions import disowning, services, texts
from accounts.sessions.mails import MAILS
from accounts.sessions.models import EndReason, Session
from accounts.sessions.tests.asking import PHONE
from accounts.sessions.tests.authenticator import Device
from accounts.sessions.tests.factories import confirm, open_session
from accounts.sessions.tests.test_passkeys import add, app
from accounts.sessions.tests.test_second_factor import SECRET
from accounts.sessions.texts import TOLD
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.errors import NotFound
from core.mail.testing import delivered
from core.sms.testing import texted
from core.testing.threads import race

pytestmark = pytest.mark.django_db
NAMES = ("totp_activated", "webauthn_added", "recovery_codes_generated", "account_connected")


def path_in_mail(number: int = -1) -> str:
    found = re.search(r"(/forgot/not-me/\S+/)", str(delivered()[number].body))
    assert found
    return found.group(1)


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def added(user: User, mail: str) -> Any:
    """Something of each kind, and the link to it."""
    if mail == "account_connected":
        row: Any = SocialAccount.objects.create(user=user, provider="google", uid="intruder")
    else:
        row = Authenticator.objects.create(user=user, type=disowning.FACTORS[mail], data={})
    return row, disowning.link_for(mail, user)


def test_passkey_of_an_intruder_goes_and_so_do_all_sessions() -> None:
    ana = UserFactory.create(username="ana")
    intruder = app(ana)
    assert add(intruder, Device()).status_code == 201
    path = path_in_mail()
    owner = Client()
    page = owner.get(path).content.decode()
    assert "the passkey" in page
    assert Authenticator.objects.filter(user=ana, type="webauthn").exists()
    answer = owner.post(path, follow=True)
    assert answer.redirect_chain[-1][0] == "/forgot/"
    assert "Now set a new password" in answer.content.decode()
    assert not Authenticator.objects.filter(user=ana).exists()  # the recovery codes that came with it neither
    assert set(Session.objects.filter(user=ana).values_list("end_reason", flat=True)) == {EndReason.NOT_ME}
    assert intruder.get("/api/v1/users/me").status_code == 401
    assert owner.get(path).status_code == 404
    assert owner.post(path).status_code == 404


@pytest.mark.parametrize("mail", NAMES)
def test_each_link_takes_what_its_mail_is_about(mail: str) -> None:
    ana = UserFactory.create()
    kept = Authenticator.objects.create(user=ana, type="webauthn", data={"name": "mine"})
    row, link = added(ana, mail)
    if mail == "webauthn_added":
        assert row.pk != kept.pk
    disowning.disown(token=token_of(link))
    assert not type(row).objects.filter(pk=row.pk).exists()
    assert Authenticator.objects.filter(pk=kept.pk).exists()


def test_other_mails_have_no_link() -> None:
    ana = UserFactory.create()
    TOTP.activate(ana, SECRET)
    assert disowning.link_for("password_changed", ana) == ""


def test_link_is_good_for_five_days_and_for_nothing_else() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    row, link = added(ana, "totp_activated")
    theirs, _ = added(ben, "totp_activated")
    session = open_session(ana)
    for token in ("", "nonsense", token_of(link)[:-1] + "x"):
        with pytest.raises(NotFound):
            disowning.disown(token=token)
    with time_machine.travel(timezone.now() + timedelta(days=5, minutes=1)), pytest.raises(NotFound):
        disowning.disown(token=token_of(link))
    assert {row.pk, theirs.pk} == set(Authenticator.objects.values_list("pk", flat=True))
    session.refresh_from_db()
    assert session.ended_at is None


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_one_is_the_first() -> None:
    ana = UserFactory.create()
    _, link = added(ana, "totp_activated")
    results = race(lambda _: disowning.disown(token=token_of(link)), threads=5)
    assert sum(isinstance(result, User) for result in results) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 4


class TestByText:
    def test_whoever_has_no_address_hears_of_a_passkey_by_text(self) -> None:
        ana = UserFactory.create(email=None, phone=PHONE)
        assert add(app(ana), Device()).status_code == 201
        assert "A passkey was added" in texted()[-1].text
        assert texted()[-1].to == PHONE
        assert "http" not in texted()[-1].text
        assert not delivered()

    def test_and_of_a_new_device_and_of_what_staff_did(self) -> None:
        ana = UserFactory.create(email=None, phone=PHONE)
        open_session(ana, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
        assert not texted()
        open_session(ana, "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
        assert "new device" in texted()[-1].text
        services.reset_second_factor(user=ana)
        assert "second factor" in texted()[-1].text

    def test_whoever_has_an_address_has_a_mail_and_no_text(self) -> None:
        ana = UserFactory.create(phone=PHONE)
        assert add(app(ana), Device()).status_code == 201
        assert len(delivered()) == 1
        assert not texted()

    def test_and_of_a_new_password(self) -> None:
        ana = UserFactory.create(email=None, phone=PHONE)
        client = Client()
        client.force_login(ana)
        confirm(ana)
        client.post("/settings/password/", {"oldpassword": PASSWORD, "password1": "another-violin-moss", "password2": "another-violin-moss"})
        assert "password" in texted()[-1].text

    def test_each_text_is_that_of_a_mail(self) -> None:
        assert set(TOLD) <= set(MAILS)
        assert all(len(texts.told(name)) < 306 for name in TOLD)  # two parts of a message
