"""Signing in and up by code over REST, as a client would."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.sessions.models import Code, Session
from accounts.sessions.tests.asking import OTHER_PHONE, PHONE, later, mailed_code, post, texted_code, wrong
from accounts.sessions.tests.conftest import CountHashes
from accounts.sessions.tests.test_second_factor import SECRET
from accounts.sessions.tests.test_second_factor import code as totp
from accounts.users.models import RetiredName, User
from accounts.users.names import digest_of
from accounts.users.services import suspend_user
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.events.models import OutboxEvent
from core.mail.models import OutgoingMail
from core.mail.testing import delivered
from core.sms.models import OutgoingText
from core.sms.testing import texted
from core.testing.threads import race

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "kettle-violin-moss"
SIGN_UP = {"username": "ana", "phone": "+351 912 345 678", "password": NEW_PASSWORD}
WAYS = {"phone": ("phone/request", "phone/confirm", {"phone": PHONE}), "email": ("code/request", "code/confirm", {"email": "ana@example.com"})}


def ask(way: str) -> tuple[str, str]:
    """The token that the answer has, and the code that was sent."""
    path, _, data = WAYS[way]
    answer = post(path, data)
    assert answer.status_code == 202, answer.json()
    return answer.json()["data"]["code_token"], texted_code() if way == "phone" else mailed_code()


def confirm(way: str, token: str, code: str, **more: str) -> Any:
    return post(WAYS[way][1], {"code_token": token, "code": code, **more})


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana", email="ana@example.com", phone=PHONE)


class TestSignUp:
    def test_code_makes_the_account_and_signs_in(self) -> None:
        answer = post("sign-up", SIGN_UP)
        assert answer.status_code == 202
        data = answer.json()["data"]
        assert (data["phone"], data["retry_after"], data["expires_in"]) == (PHONE, 30, 300)
        assert not User.objects.exists()
        signed_in = confirm("phone", data["code_token"], texted_code())
        assert signed_in.json()["data"]["user"]["phone"] == PHONE
        assert post("sign-out", token=signed_in.json()["data"]["access_token"]).status_code == 204
        for name in ({"phone": PHONE}, {"username": "ANA"}):
            assert post("sign-in", {**name, "password": NEW_PASSWORD}).status_code == 200

    def test_without_a_password_one_signs_in_by_code(self) -> None:
        token = post("sign-up", {"username": "ana", "phone": PHONE}).json()["data"]["code_token"]
        confirm("phone", token, texted_code())
        assert not User.objects.get().has_usable_password()
        assert error(post("sign-in", {"phone": PHONE, "password": ""})) == (400, "validation_error")
        with later():
            token, code = ask("phone")
            signed_in = confirm("phone", token, code).json()["data"]["access_token"]
            assert post("change-password", {"new_password": NEW_PASSWORD}, token=signed_in).status_code == 204
        assert post("sign-in", {"phone": PHONE, "password": NEW_PASSWORD}).status_code == 200

    def test_wrong_code_makes_no_account(self) -> None:
        token = post("sign-up", SIGN_UP).json()["data"]["code_token"]
        assert error(confirm("phone", token, wrong(texted_code()))) == (400, "code_wrong")
        assert not User.objects.exists()
        assert not Session.objects.exists()

    def test_password_waits_as_a_hash_and_goes_with_the_code(self) -> None:
        token = post("sign-up", SIGN_UP).json()["data"]["code_token"]
        assert NEW_PASSWORD not in str(Code.objects.values())
        confirm("phone", token, texted_code())
        assert Code.objects.get().details == {}

    def test_known_number_gets_the_same_answer_and_another_text(self, ana: User, count_hashes: CountHashes) -> None:
        with count_hashes() as known:
            first = post("sign-up", {**SIGN_UP, "username": "someone"})
        with count_hashes() as unknown:
            second = post("sign-up", {**SIGN_UP, "username": "someone", "phone": OTHER_PHONE})
        assert first.status_code == second.status_code == 202
        assert first.json()["data"].keys() == second.json()["data"].keys()
        assert known.count == unknown.count == 1
        assert [text.to for text in texted()] == [PHONE, OTHER_PHONE]
        assert "already" in texted()[0].text
        assert error(confirm("phone", first.json()["data"]["code_token"], "123456")) == (400, "code_wrong")
        assert User.objects.get() == ana

    @pytest.mark.parametrize(
        "changes", [{"username": "admin"}, {"username": "Ben"}, {"password": "password"}, {"phone": "912345678"}, {"email": "a@example.com"}]
    )
    def test_what_does_not_fit_is_refused_and_nothing_is_sent(self, changes: dict[str, str]) -> None:
        UserFactory.create(username="ben")
        assert error(post("sign-up", {**SIGN_UP, **changes})) == (400, "validation_error")
        assert not Code.objects.exists()
        assert texted() == []

    @pytest.fixture
    def overtaken(self) -> tuple[str, str]:
        """Token and code of a sign-up whose username somebody else has taken meanwhile."""
        token = post("sign-up", SIGN_UP).json()["data"]["code_token"]
        UserFactory.create(username="Ana")
        return token, texted_code()

    def test_username_taken_meanwhile_costs_no_code(self, overtaken: tuple[str, str]) -> None:
        before = (Code.objects.values().get(), OutboxEvent.objects.count())
        assert error(confirm("phone", *overtaken)) == (409, "username_taken")
        assert (Code.objects.values().get(), OutboxEvent.objects.count()) == before
        assert (User.objects.count(), Session.objects.count()) == (1, 0)
        signed_in = confirm("phone", *overtaken, username="ana.f")
        assert signed_in.json()["data"]["user"]["username"] == "ana.f"
        assert Code.objects.get().details == {}
        assert post("sign-in", {"username": "ana.f", "password": NEW_PASSWORD}).status_code == 200
        assert error(confirm("phone", *overtaken, username="ana.g")) == (400, "code_expired")
        assert User.objects.count() == 2

    @pytest.mark.parametrize(
        ("name", "refused"),
        [
            ("ANA", (409, "username_taken")),
            ("a b", (400, "invalid_username")),
            ("admin", (400, "username_reserved")),
            ("gone", (409, "username_taken")),
        ],
    )
    def test_other_name_has_to_do_and_one_that_will_not_costs_no_code(self, overtaken: tuple[str, str], name: str, refused: tuple[int, str]) -> None:
        RetiredName.objects.create(digest=digest_of("gone"))
        for _ in range(6):  # more than one may guess
            assert error(confirm("phone", *overtaken, username=name)) == refused
        assert (User.objects.count(), Session.objects.count(), Code.objects.get().tries) == (1, 0, 0)
        assert confirm("phone", *overtaken, username="ana.f").status_code == 200

    def test_names_are_looked_up_for_nobody_without_the_code(self, overtaken: tuple[str, str]) -> None:
        """And a name that is refused gives no tries back."""
        token, code = overtaken
        for name in ("ana", "ana.f", "admin", "a b"):
            assert error(confirm("phone", token, wrong(code), username=name)) == (400, "code_wrong")
        assert error(confirm("phone", token, code)) == (409, "username_taken")
        assert confirm("phone", token, wrong(code)).json()["error"]["details"] == {"tries_left": 0}
        assert error(confirm("phone", token, code, username="ana.f")) == (400, "code_expired")
        assert User.objects.count() == 1

    def test_known_number_cannot_be_told_from_one_whose_name_is_taken(self, ana: User, count_queries: Callable[..., int]) -> None:
        tokens = [post("sign-up", {**SIGN_UP, "username": "someone", "phone": phone}).json()["data"]["code_token"] for phone in (PHONE, OTHER_PHONE)]
        UserFactory.create(username="someone")
        confirm("phone", tokens[0], "000000")  # whatever is asked once a process
        answers: list[Any] = []
        costs = [count_queries(lambda token=token: answers.append(confirm("phone", token, "000000", username="else"))) for token in tokens]
        assert costs[0] == costs[1]
        assert {error(answer) for answer in answers} == {(400, "code_wrong")}
        assert User.objects.count() == 2

    def test_number_taken_meanwhile_is_told_to_whoever_has_the_code(self) -> None:
        token = post("sign-up", SIGN_UP).json()["data"]["code_token"]
        UserFactory.create(username="ben", phone=PHONE)
        assert error(confirm("phone", token, texted_code())) == (409, "phone_taken")
        assert (User.objects.count(), Session.objects.count()) == (1, 0)

    def test_code_that_signs_in_changes_no_name(self, ana: User) -> None:
        assert confirm("phone", *ask("phone"), username="ana.f").json()["data"]["user"]["username"] == "ana"

    def test_site_without_text_messages_offers_no_phones(self, settings: Settings) -> None:
        settings.SMS_TRANSPORT = ""
        assert error(post("sign-up", SIGN_UP)) == (403, "phones_not_offered")
        assert error(post("phone/request", {"phone": PHONE})) == (403, "phones_not_offered")
        assert not OutgoingText.objects.exists()


@pytest.mark.parametrize("way", ["phone", "email"])
class TestSignIn:
    def test_code_signs_in(self, ana: User, way: str) -> None:
        token, code = ask(way)
        answer = confirm(way, token, code)
        assert answer.status_code == 200
        data = answer.json()["data"]
        assert (data["expires_in"], data["user"]["username"]) == (900, "ana")
        assert Session.objects.get().user == ana
        me = APIClient().get("/api/v1/users/me", headers={"Authorization": f"Bearer {data['access_token']}"})
        assert me.status_code == 200
        assert post("refresh-token", {"refresh_token": data["refresh_token"]}).status_code == 200

    def test_browser_gets_the_refresh_token_as_cookie(self, ana: User, way: str) -> None:
        token, code = ask(way)
        answer = APIClient().post(f"/api/v1/auth/{WAYS[way][1]}", {"code_token": token, "code": code}, headers={"X-Client": "browser"})
        assert "refresh_token" not in answer.json()["data"]
        assert answer.cookies["hubbub_refresh"]["httponly"]

    def test_code_works_once(self, ana: User, way: str) -> None:
        token, code = ask(way)
        confirm(way, token, code)
        assert error(confirm(way, token, code)) == (400, "code_expired")
        assert Session.objects.count() == 1

    def test_second_factor_is_asked_for(self, ana: User, way: str) -> None:
        TOTP.activate(ana, SECRET)
        token, code = ask(way)
        refused = confirm(way, token, code)
        assert error(refused) == (401, "mfa_required")
        assert not Session.objects.exists()
        answer = post("mfa", {"mfa_token": refused.json()["error"]["details"]["mfa_token"], "code": totp()})
        assert answer.status_code == 200
        assert Session.objects.get().user == ana

    def test_suspended_and_closed_people_stay_out_and_read_why(self, ana: User, way: str) -> None:
        suspend_user(user=ana, until=timezone.now() + timedelta(days=2), reason="Spam")
        token, code = ask(way)
        assert error(confirm(way, token, wrong(code))) == (400, "code_wrong")
        refused = confirm(way, token, code)
        assert error(refused) == (403, "account_suspended")
        assert refused.json()["error"]["details"]["reason"] == "Spam"
        User.objects.update(suspended_until=None, is_active=False)
        with later():
            token, code = ask(way)
            assert error(confirm(way, token, code)) == (403, "account_closed")
        assert not Session.objects.exists()

    def test_stranger_sees_what_somebody_known_sees(self, ana: User, way: str, count_queries: Callable[..., int], count_hashes: CountHashes) -> None:
        path, _, data = WAYS[way]
        stranger = {"phone": OTHER_PHONE} if way == "phone" else {"email": "nobody@example.com"}
        post(path, {"phone": "+12025550199"} if way == "phone" else {"email": "first@example.com"})  # whatever is asked once a process
        answers, costs = [], []
        for asked in (data, stranger):
            with count_hashes() as hashes:
                costs.append(count_queries(lambda asked=asked: answers.append(post(path, asked))))
            assert hashes.count == 0
        assert costs[0] == costs[1]
        assert [answer.status_code for answer in answers] == [202, 202]
        shapes = [{**answer.json()["data"], "code_token": "", "sent_to": ""} for answer in answers]
        assert shapes[0] == shapes[1]
        assert len(texted() if way == "phone" else delivered()) == 3

        guesses: list[Any] = []
        costs = [
            count_queries(lambda answer=answer: guesses.append(confirm(way, answer.json()["data"]["code_token"], "000000"))) for answer in answers
        ]
        assert costs[0] == costs[1]
        assert guesses[0].json()["error"] == guesses[1].json()["error"]

    def test_again_after_half_a_minute(self, ana: User, way: str) -> None:
        token, first = ask(way)
        path, _, data = WAYS[way]
        for refused in (post(path, data), post("code/resend", {"code_token": token})):
            assert error(refused) == (429, "rate_limited")
            assert 0 < refused.json()["error"]["details"]["retry_after"] <= 30
            assert int(refused["Retry-After"]) > 0
        assert len(texted() if way == "phone" else delivered()) == 1
        with later():
            again = post("code/resend", {"code_token": token})
            assert again.status_code == 202
            new = texted_code() if way == "phone" else mailed_code()
            assert error(confirm(way, token, first)) == (400, "code_expired")
            assert confirm(way, again.json()["data"]["code_token"], new).status_code == 200

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"])
    def test_what_is_no_code_costs_no_try(self, ana: User, way: str, code: str) -> None:
        token, _ = ask(way)
        assert error(confirm(way, token, code)) == (400, "validation_error")
        assert Code.objects.get().tries == 0


class TestWhoseCode:
    def test_address_that_is_not_confirmed_gets_the_link_and_no_code(self) -> None:
        """Whoever signed up with it first may be somebody else, who knows the password."""
        UserFactory.create(email="ana@example.com", address__verified=False)
        assert post("code/request", {"email": "Ana@example.com"}).status_code == 202
        (mail,) = delivered()
        assert mail.to == ["ana@example.com"]
        assert "/verify/" in str(mail.body)
        assert Code.objects.get().is_hollow

    def test_number_given_away_meanwhile_lets_nobody_in(self, ana: User) -> None:
        token, code = ask("phone")
        User.objects.update(phone=OTHER_PHONE)
        assert error(confirm("phone", token, code)) == (400, "code_expired")
        assert not Session.objects.exists()

    def test_code_for_one_thing_is_none_for_another(self, ana: User) -> None:
        token = post("sign-up", {**SIGN_UP, "username": "someone", "phone": OTHER_PHONE}).json()["data"]["code_token"]
        assert error(confirm("email", token, texted_code())) == (400, "code_expired")
        assert User.objects.count() == 1

    def test_words_of_a_code_do_not_outlive_its_sending(self, ana: User) -> None:
        _, code = ask("email")
        row = OutgoingMail.objects.get()
        assert (row.text, row.html) == ("", "")
        assert code not in row.subject


class TestPassword:
    def test_number_and_password_sign_in(self, ana: User) -> None:
        for typed in (PHONE, "+351 912-345-678"):
            assert post("sign-in", {"phone": typed, "password": PASSWORD}).status_code == 200

    def test_known_and_unknown_number_look_the_same(self, ana: User, count_hashes: CountHashes, count_queries: Callable[..., int]) -> None:
        answers: list[Any] = []
        costs = []
        for phone in (OTHER_PHONE, PHONE, OTHER_PHONE):
            with count_hashes() as hashes:
                costs.append(count_queries(lambda phone=phone: answers.append(post("sign-in", {"phone": phone, "password": "wrong-wrong"}))))
            assert hashes.count == 1
        assert costs[1] == costs[2]
        assert {error(answer) for answer in answers} == {(401, "invalid_credentials")}
        assert answers[1].json()["error"] == answers[2].json()["error"]

    def test_number_needs_no_confirmed_address(self) -> None:
        UserFactory.create(email=None, phone=PHONE)
        assert post("sign-in", {"phone": PHONE, "password": PASSWORD}).status_code == 200
        assert EmailAddress.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_parallel_uses_of_one_code_one_makes_an_account(self) -> None:
        token = post("sign-up", SIGN_UP).json()["data"]["code_token"]
        code = texted_code()
        answers = race(lambda number: confirm("phone", token, code, username=f"ana{number}").status_code, threads=4)
        assert sorted(map(str, answers)) == ["200", "400", "400", "400"]
        assert User.objects.get().username == f"ana{answers.index(200)}"
        assert Session.objects.count() == 1

    def test_of_those_who_want_one_name_one_gets_it_and_the_others_another(self) -> None:
        codes = []
        for phone in (PHONE, OTHER_PHONE):
            codes.append((post("sign-up", {**SIGN_UP, "phone": phone}).json()["data"]["code_token"], texted_code()))
        answers = race(lambda number: error_code(confirm("phone", *codes[number])), threads=2)
        assert sorted(map(str, answers)) == ["None", "username_taken"]
        assert confirm("phone", *codes[answers.index("username_taken")], username="ana.f").status_code == 200
        assert set(User.objects.values_list("username", flat=True)) == {"ana", "ana.f"}


def error_code(answer: Any) -> Any:
    return answer.json().get("error", {}).get("code")


def test_sending_again_counts_by_where_one_asks_from_too(settings: Settings) -> None:
    """However many codes wait: those of others are not to be flooded by asking for each once more."""
    tokens = []
    for number in range(3):
        UserFactory.create(username=f"ana{number}", email=f"ana{number}@example.com")
        tokens.append(post("code/request", {"email": f"ana{number}@example.com"}).json()["data"]["code_token"])
    settings.LIMITS = {**settings.LIMITS, "mail": "2/hour"}
    before = len(delivered())
    with later():
        assert [post("code/resend", {"code_token": token}).status_code for token in tokens] == [202, 202, 429]
        assert post("code/resend", {"code_token": tokens[2]}, address="192.0.2.9").status_code == 202
    assert len(delivered()) == before + 3
