"""Limits count the person and the machine. Writing either differently gives nobody more."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Code, Session
from accounts.sessions.tests.asking import PHONE, mailed_code, post, texted_code, wrong
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.api.limits import name_identity
from core.mail.testing import delivered
from core.sms.testing import texted

pytestmark = pytest.mark.django_db


def limit(settings: Settings, **rates: str) -> None:
    settings.LIMITS = {**settings.LIMITS, **rates}


def codes_of(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    "spelling",
    [
        "ana.silva@example.com",
        "ANA.Silva@Example.COM",
        "anasilva@example.com",
        "a.n.a.silva@example.com",
        "ana.silva+1@example.com",
        "\uff41na.silva@example.com",
    ],
)
def test_one_mailbox_is_counted_as_one_however_it_is_written(spelling: str) -> None:
    assert name_identity(spelling) == "name:anasilva@example.com"


@pytest.mark.parametrize("spelling", ["jos\u00e9", "jose\u0301", "JOS\u00c9", "jose", " jose ", "\uff4aose"])
def test_one_name_is_counted_as_one_with_and_without_accents(spelling: str) -> None:
    assert name_identity(spelling) == "name:jose"


def test_people_whose_names_differ_are_counted_apart() -> None:
    assert len({name_identity(name) for name in ("zoe.l", "zoel", "ana@example.com", "ana@example.org", PHONE)}) == 5


@pytest.mark.parametrize("path", ["code/request", "forgot-password", "resend-email"])
def test_mail_to_one_mailbox_is_limited_however_it_is_written_and_from_wherever(settings: Settings, path: str) -> None:
    limit(settings, mail="2/hour")
    spellings = ["ana@example.com", "A.na@Example.com", "ana+more@example.com", "a.n.a+x@EXAMPLE.com"]
    answers = [post(path, {"email": spelling}, address=f"10.0.{number}.1") for number, spelling in enumerate(spellings)]
    assert codes_of(answers) == [202, 202, 429, 429]
    assert len(delivered()) == 2


def test_sign_up_cannot_flood_a_mailbox_from_many_machines(settings: Settings) -> None:
    limit(settings, mail="2/hour")
    answers = [
        post("sign-up", {"username": f"ana{n}", "email": f"ana+{n}@example.com", "password": "kettle-violin-moss"}, address=f"10.0.{n}.1")
        for n in range(3)
    ]
    assert codes_of(answers) == [202, 202, 429]
    assert len(delivered()) == 2


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/api/v1/auth/sign-up", {"email": "ana@example.com", "password": "kettle-violin-moss"}),
        ("/api/v1/auth/sign-up", {"phone": PHONE}),
        ("/sign-up/", {"email": "ana@example.com", "password1": "kettle-violin-moss"}),
        ("/sign-up/phone/", {"phone": PHONE}),
    ],
)
def test_forms_that_need_another_try_do_not_use_up_the_sign_ups_of_a_machine(settings: Settings, path: str, data: dict[str, str]) -> None:
    limit(settings, sign_up="1/hour", sign_up_forms="5/hour")
    client, good = APIClient(), 202 if path.startswith("/api/") else 302

    def sign_up(username: str) -> int:
        return int(client.post(path, {**data, "username": username}, format="json" if good == 202 else "multipart").status_code)

    assert [sign_up("a b") for _ in range(3)] == [400 if good == 202 else 200] * 3
    assert sign_up("ana") == good
    assert sign_up("ben") == 429
    sent = len(delivered()) + len(texted())
    assert sent == 1
    assert sign_up("a b") == 429, "the forms have a limit, too"
    assert len(delivered()) + len(texted()) == sent


@pytest.mark.parametrize("path", ["phone/request", "sign-up"])
def test_texts_to_one_number_are_limited_however_it_is_written_and_from_wherever(settings: Settings, path: str) -> None:
    limit(settings, sms="2/hour")
    spellings = [PHONE, "+351 912 345 678", "+351-912-345-678", "\uff0b351912345678"]
    answers = [post(path, {"phone": spelling, "username": f"ana{n}"}, address=f"10.0.{n}.1") for n, spelling in enumerate(spellings)]
    assert codes_of(answers) == [202, 202, 429, 429]
    assert len(texted()) == 2


@pytest.mark.parametrize(
    ("path", "data", "scope"), [("phone/request", {"phone": PHONE}, "sms"), ("code/request", {"email": "ana@example.com"}, "mail")]
)
def test_forwarded_headers_make_no_new_machine(settings: Settings, path: str, data: dict[str, str], scope: str) -> None:
    limit(settings, **{scope: "1/hour"})
    client = APIClient(REMOTE_ADDR="10.0.0.1")
    answers = [
        client.post(
            f"/api/v1/auth/{path}", data, headers={"X-Forwarded-For": f"10.9.9.{n}", "Forwarded": f"for=10.9.9.{n}", "X-Real-IP": f"10.9.9.{n}"}
        )
        for n in range(3)
    ]
    assert codes_of(answers) == [202, 429, 429]
    assert Code.objects.get().asked_from == "10.0.0.1"


def test_forwarded_headers_give_no_new_tries_at_a_code(settings: Settings) -> None:
    limit(settings, sign_in="3/15 minutes")
    UserFactory.create(phone=PHONE)
    token = post("phone/request", {"phone": PHONE}).json()["data"]["code_token"]
    client, guess = APIClient(REMOTE_ADDR="10.0.0.1"), wrong(texted_code())
    answers = [
        client.post("/api/v1/auth/phone/confirm", {"code_token": token, "code": guess}, headers={"X-Forwarded-For": f"10.9.9.{n}"}) for n in range(4)
    ]
    assert codes_of(answers) == [400, 400, 400, 429]
    assert Code.objects.get().tries == 3


def test_guesses_at_codes_and_at_the_password_are_one_count(settings: Settings) -> None:
    """By person and address: neither another way in nor another name for the person brings new guesses."""
    limit(settings, sign_in="4/15 minutes")
    UserFactory.create(username="ana", email="ana@example.com", phone=PHONE)
    by_mail = post("code/request", {"email": "ANA@example.com"}).json()["data"]["code_token"]
    code = mailed_code()
    by_text = post("phone/request", {"phone": PHONE}).json()["data"]["code_token"]
    answers = [
        post("code/confirm", {"code_token": by_mail, "code": wrong(code)}),
        post("phone/confirm", {"code_token": by_text, "code": wrong(texted_code())}),
        post("sign-in", {"username": "Ana", "password": "wrong-wrong"}),
        post("sign-in", {"phone": PHONE, "password": "wrong-wrong"}),
        post("sign-in", {"email": "ana@example.com", "password": PASSWORD}),
        post("code/confirm", {"code_token": by_mail, "code": code}),
    ]
    assert codes_of(answers) == [400, 400, 401, 401, 429, 429]
    assert not Session.objects.exists()


def test_guesses_from_many_machines_are_slowed_by_person(settings: Settings) -> None:
    limit(settings, codes="6/hour")
    UserFactory.create(phone=PHONE)
    statuses = []
    for number in range(4):
        token = post("phone/request", {"phone": PHONE}, address=f"10.0.{number}.1").json()["data"]["code_token"]
        guess = wrong(texted_code())
        statuses += [post("phone/confirm", {"code_token": token, "code": guess}, address=f"10.0.{number}.{place}").status_code for place in (1, 2)]
    assert statuses == [400] * 6 + [429] * 2


def test_letters_that_look_like_others_are_counted_with_the_person_they_find(settings: Settings) -> None:
    """PostgreSQL takes a long s for an S when it ignores case; the count is the person's all the same."""
    limit(settings, sign_in="3/15 minutes")
    UserFactory.create(username="sam")
    answers = [post("sign-in", {"username": name, "password": "wrong-wrong"}) for name in ("sam", "SAM", "\u017fam", "sam")]
    assert codes_of(answers) == [401, 401, 401, 429]


def test_one_ipv6_client_is_its_whole_network(settings: Settings) -> None:
    limit(settings, sms="1/hour")
    answers = [post("phone/request", {"phone": number}, address=f"2001:db8::{n}") for n, number in enumerate((PHONE, "+12025550123"), 1)]
    assert codes_of(answers) == [202, 429]
