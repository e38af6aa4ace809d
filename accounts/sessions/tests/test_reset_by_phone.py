"""A new password for whoever answers from their number: over REST and in a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from pytest_django import Settings

from accounts.sessions.models import Code, EndReason, Session
from accounts.sessions.tests.asking import OTHER_PHONE, PHONE, later, post, texted_code, wrong
from accounts.sessions.tests.conftest import CountHashes
from accounts.sessions.tests.factories import open_session, tokens_for
from accounts.sessions.tests.test_second_factor import SECRET
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered
from core.sms.models import OutgoingText
from core.sms.testing import texted
from core.testing.threads import race

pytestmark = pytest.mark.django_db
NEW = "kettle-violin-moss"
ASK_PAGE, CODE_PAGE = "/forgot/phone/", "/forgot/code/"


@pytest.fixture
def ana() -> User:
    """Somebody who has a number and no address."""
    return UserFactory.create(username="ana_of_the_kiln", email=None, phone=PHONE)


def ask(phone: str = "+351 912 345 678") -> tuple[str, str]:
    answer = post("forgot-password", {"phone": phone})
    assert answer.status_code == 202, answer.json()
    return answer.json()["data"]["code_token"], texted_code()


def reset(token: str, code: str, password: str = NEW) -> Any:
    return post("reset-password", {"code_token": token, "code": code, "password": password})


def error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def opens(password: str) -> bool:
    return bool(post("sign-in", {"phone": PHONE, "password": password}).status_code == 200)


def is_as_it_was(person: User) -> bool:
    """The password stands, the sessions too, and nobody was told anything but the codes."""
    person.refresh_from_db()
    told = [sent.text for sent in texted() if "was changed" in sent.text]
    return person.check_password(PASSWORD) and not Session.objects.exclude(ended_at=None).exists() and told == [] and delivered() == []


class TestRest:
    def test_code_sets_a_password_and_ends_every_session(self, ana: User) -> None:
        tokens = tokens_for(ana)
        data = post("forgot-password", {"phone": "+351 912 345 678"}).json()["data"]
        assert (data["phone"], data["retry_after"], data["expires_in"]) == (PHONE, 30, 300)
        assert is_as_it_was(ana)
        assert reset(data["code_token"], texted_code()).status_code == 204
        assert not opens(PASSWORD)
        assert {session.end_reason for session in Session.objects.filter(user=ana)} == {EndReason.PASSWORD_CHANGED}
        assert post("refresh-token", {"refresh_token": tokens.refresh_token}).status_code == 401
        assert opens(NEW)

    def test_number_and_address_are_told(self, ana: User) -> None:
        User.objects.update(email="ana@example.com")
        reset(*ask())
        assert "password of your" in texted()[-1].text
        assert [(mail.to, mail.subject) for mail in delivered()] == [(["ana@example.com"], "Your password was reset")]

    def test_whoever_had_no_password_has_one_then(self, ana: User) -> None:
        ana.set_unusable_password()
        ana.save()
        reset(*ask())
        assert opens(NEW)

    def test_second_factor_is_still_asked_for(self, ana: User) -> None:
        TOTP.activate(ana, SECRET)
        reset(*ask())
        assert error(post("sign-in", {"phone": PHONE, "password": NEW})) == (401, "mfa_required")

    def test_code_works_once(self, ana: User) -> None:
        token, code = ask()
        reset(token, code)
        assert error(reset(token, code, "another-violin-moss")) == (400, "code_expired")
        assert opens(NEW)

    def test_wrong_code_changes_nothing(self, ana: User) -> None:
        token, code = ask()
        assert error(reset(token, wrong(code))) == (400, "code_wrong")
        assert is_as_it_was(ana)

    def test_five_wrong_codes_and_the_right_one_is_no_use(self, ana: User) -> None:
        token, code = ask()
        for _ in range(5):
            reset(token, wrong(code))
        assert error(reset(token, code)) == (400, "code_expired")
        assert is_as_it_was(ana)

    @pytest.mark.parametrize("password", ["password", "12345678901", "ana_of_the_kiln"])
    def test_password_that_will_not_do_costs_no_code(self, ana: User, password: str) -> None:
        token, code = ask()
        assert error(reset(token, code, password)) == (400, "validation_error")
        assert is_as_it_was(ana)
        assert reset(token, code).status_code == 204
        assert opens(NEW)

    def test_password_like_the_name_is_told_to_nobody_without_the_code(self, ana: User) -> None:
        token, code = ask()
        assert error(reset(token, wrong(code), "ana_of_the_kiln")) == (400, "code_wrong")
        assert is_as_it_was(ana)

    @pytest.mark.parametrize("body", [{}, {"code_token": "x"}, {"code": "123456"}, {"code_token": "x", "code": "123456", "key": "x"}])
    def test_one_way_and_the_whole_of_it(self, ana: User, body: dict[str, str]) -> None:
        answer = post("reset-password", {**body, "password": NEW})
        assert [field["code"] for field in answer.json()["error"]["details"]["fields"]] == ["one_way"]
        assert is_as_it_was(ana)

    @pytest.mark.parametrize("body", [{}, {"phone": PHONE, "email": "ana@example.com"}])
    def test_one_of_address_and_number_is_asked_about(self, ana: User, body: dict[str, str]) -> None:
        assert error(post("forgot-password", body)) == (400, "validation_error")
        assert (texted(), delivered()) == ([], [])

    def test_code_for_signing_in_sets_no_password_and_the_other_way_round(self, ana: User) -> None:
        token = post("phone/request", {"phone": PHONE}).json()["data"]["code_token"]
        assert error(reset(token, texted_code())) == (400, "code_expired")
        token, code = ask()
        assert error(post("phone/confirm", {"code_token": token, "code": code})) == (400, "code_expired")
        assert is_as_it_was(ana)
        assert not Session.objects.exists()

    def test_number_given_away_meanwhile_sets_no_password(self, ana: User) -> None:
        token, code = ask()
        User.objects.update(phone=OTHER_PHONE)
        assert error(reset(token, code)) == (400, "code_expired")
        assert is_as_it_was(ana)

    def test_closed_account_gets_no_code(self, ana: User) -> None:
        User.objects.update(is_active=False)
        assert post("forgot-password", {"phone": PHONE}).status_code == 202
        assert "No account" in texted()[-1].text
        assert Code.objects.get().is_hollow

    def test_site_without_text_messages_offers_none(self, ana: User, settings: Settings) -> None:
        settings.SMS_TRANSPORT = ""
        assert error(post("forgot-password", {"phone": PHONE})) == (403, "phones_not_offered")
        assert not OutgoingText.objects.exists()

    def test_stranger_sees_what_somebody_known_sees(self, ana: User, count_queries: Callable[..., int], count_hashes: CountHashes) -> None:
        post("forgot-password", {"phone": "+12025550199"})  # whatever is asked once a process
        answers: list[Any] = []
        guesses: list[Any] = []
        asked, guessed = [], []
        for phone in (PHONE, OTHER_PHONE):
            with count_hashes() as hashes:
                asked.append(count_queries(lambda phone=phone: answers.append(post("forgot-password", {"phone": phone}))))
                token = answers[-1].json()["data"]["code_token"]
                guessed.append(count_queries(lambda token=token: guesses.append(reset(token, "000000"))))
            assert hashes.count == 0
        assert asked[0] == asked[1]
        assert guessed[0] == guessed[1]
        shapes = [{**answer.json()["data"], "code_token": "", "phone": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert shapes[0] == shapes[1]
        assert guesses[0].json()["error"] == guesses[1].json()["error"]
        assert [sent.to for sent in texted()[1:]] == [PHONE, OTHER_PHONE]

    def test_asking_is_limited_by_number_and_by_address(self, ana: User, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "sms": "2/hour"}
        assert [post("forgot-password", {"phone": f"+3519123456{number}"}).status_code for number in (70, 71, 72)] == [202, 202, 429]
        assert len(texted()) == 2
        with later():
            for address in ("10.0.0.1", "10.0.0.2"):
                assert post("forgot-password", {"phone": PHONE}, address=address).status_code == 202
            assert error(post("forgot-password", {"phone": PHONE}, address="10.0.0.3")) == (429, "rate_limited")
        assert len(texted()) == 4

    def test_again_after_half_a_minute(self, ana: User) -> None:
        token, _ = ask()
        assert error(post("code/resend", {"code_token": token})) == (429, "rate_limited")
        with later():
            again = post("code/resend", {"code_token": token}).json()["data"]["code_token"]
            assert reset(again, texted_code()).status_code == 204
        assert opens(NEW)


@pytest.mark.django_db(transaction=True)
def test_of_parallel_uses_of_one_code_one_sets_its_password(ana: User) -> None:
    token, code = ask()
    answers = race(lambda number: reset(token, code, f"{NEW}-{number}").status_code, threads=4)
    assert sorted(map(str, answers)) == ["204", "400", "400", "400"]
    assert opens(f"{NEW}-{answers.index(204)}")


class TestPages:
    def fill(self, client: Client, code: str, password: str = NEW, again: str = "") -> Any:
        return client.post(CODE_PAGE, {"code": code, "password1": password, "password2": again or password})

    def test_from_forgotten_to_signed_in(self, client: Client, ana: User) -> None:
        other = open_session(ana)
        assert ASK_PAGE in client.get("/forgot/").content.decode()
        assert client.post(ASK_PAGE, {"phone": "+351 912 345 678"})["Location"] == CODE_PAGE
        page = client.get(CODE_PAGE).content.decode()
        assert "+351 912 345 678" in page
        assert 'autocomplete="one-time-code"' in page
        done = self.fill(client, texted_code())
        assert done["Location"] == "/sign-in/"
        assert "new password is set" in client.get("/sign-in/").content.decode()
        other.refresh_from_db()
        assert other.end_reason == EndReason.PASSWORD_CHANGED
        assert client.post("/sign-in/", {"login": PHONE, "password": NEW})["Location"] == "/home/"

    def test_whoever_is_signed_in_is_signed_out_too(self, client: Client, ana: User) -> None:
        client.force_login(ana)
        assert client.get(ASK_PAGE).status_code == 200
        client.post(ASK_PAGE, {"phone": PHONE})
        assert self.fill(client, texted_code())["Location"] == "/sign-in/"
        assert client.get("/home/")["Location"].startswith("/sign-in/")
        assert not Session.objects.live().exists()

    def test_what_does_not_fit_is_said_and_changes_nothing(self, client: Client, ana: User) -> None:
        client.post(ASK_PAGE, {"phone": PHONE})
        code = texted_code()
        assert "same password each time" in self.fill(client, code, NEW, "other").content.decode()
        assert "too common" in self.fill(client, code, "password").content.decode()
        assert "too similar" in self.fill(client, code, "ana_of_the_kiln").content.decode()
        assert self.fill(client, wrong(code)).status_code == 400
        assert is_as_it_was(ana)
        assert self.fill(client, code).status_code == 302

    def test_stranger_sees_the_page_somebody_known_sees(self, ana: User) -> None:
        pages = []
        for phone in (PHONE, OTHER_PHONE):
            client = Client()
            asked = client.post(ASK_PAGE, {"phone": phone})
            page = self.fill(client, "000000")
            pages.append((asked.status_code, asked["Location"], page.status_code, page.context["refusal"].message))
        assert pages[0] == pages[1]
        assert len(texted()) == 2
        assert is_as_it_was(ana)

    def test_another_code_is_sent_without_filling_anything_in(self, client: Client, ana: User) -> None:
        client.post(ASK_PAGE, {"phone": PHONE})
        with later():
            assert client.post(CODE_PAGE, {"again": "yes"})["Location"] == CODE_PAGE
            assert len(texted()) == 2
            assert self.fill(client, texted_code())["Location"] == "/sign-in/"

    def test_without_a_code_one_is_led_to_where_one_asks_for_it(self, client: Client) -> None:
        assert client.get(CODE_PAGE)["Location"] == ASK_PAGE

    def test_site_without_text_messages_has_no_such_page(self, client: Client, settings: Settings) -> None:
        settings.SMS_TRANSPORT = ""
        assert client.get(ASK_PAGE).status_code == 404
        assert ASK_PAGE not in client.get("/forgot/").content.decode()

    def test_settings_lead_there(self, client: Client, ana: User) -> None:
        client.force_login(ana)
        assert '"/forgot/"' in client.get("/settings/password/").content.decode()

    def test_writes_need_the_csrf_token(self, ana: User) -> None:
        client = Client(enforce_csrf_checks=True)
        for path in (ASK_PAGE, CODE_PAGE):
            assert client.post(path, {"phone": PHONE}).status_code == 403
        assert texted() == []
