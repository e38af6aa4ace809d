"""Captchas on sign-up, against a server that stands for the provider."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.sessions.models import Code
from accounts.sessions.tests.asking import PHONE, post
from accounts.users.models import User
from core.captcha import PROVIDERS
from core.mail.testing import delivered
from core.testing.http import Provider, provider

pytestmark = pytest.mark.django_db
BY_EMAIL = {"username": "ana", "email": "ana@example.com", "password": "kettle-violin-moss"}
BY_PHONE = {"username": "ana", "phone": PHONE}


@pytest.fixture(params=sorted(PROVIDERS))
def asked(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Provider]:
    with provider() as known:
        settings.CAPTCHA_PROVIDER, settings.CAPTCHA_SITE_KEY, settings.CAPTCHA_SECRET_KEY = request.param, "site-key", "secret-key"
        settings.CAPTCHA_VERIFY_URL = f"{known.url}/siteverify"
        known.body = b'{"success": true}'
        yield known


def nothing_happened() -> bool:
    return not User.objects.exists() and not Code.objects.exists() and delivered() == []


@pytest.mark.parametrize("data", [BY_EMAIL, BY_PHONE], ids=["email", "phone"])
class TestRest:
    def test_right_answer_lets_people_in(self, asked: Provider, data: dict[str, str]) -> None:
        assert post("sign-up", {**data, "captcha": "the-answer"}).status_code == 202
        (question,) = asked.asked
        assert question.form == {"secret": "secret-key", "response": "the-answer", "remoteip": "127.0.0.1"}

    @pytest.mark.parametrize("body", [b'{"success": false}', b'{"success": "true"}', b"{}", b"[]"])
    def test_wrong_answer_does_not(self, asked: Provider, data: dict[str, str], body: bytes) -> None:
        asked.body = body
        refused = post("sign-up", {**data, "captcha": "made-up"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "captcha_failed")
        assert nothing_happened()

    def test_without_an_answer_nobody_is_asked(self, asked: Provider, data: dict[str, str]) -> None:
        assert post("sign-up", data).json()["error"]["code"] == "captcha_failed"
        assert asked.asked == []
        assert nothing_happened()

    @pytest.mark.parametrize(("status", "body"), [(500, b"{}"), (200, b"<html>")])
    def test_provider_that_breaks_lets_nobody_in(self, asked: Provider, data: dict[str, str], status: int, body: bytes) -> None:
        asked.status, asked.body = status, body
        assert post("sign-up", {**data, "captcha": "the-answer"}).status_code == 503
        assert nothing_happened()

    def test_provider_that_is_away_lets_nobody_in(self, asked: Provider, data: dict[str, str], settings: Settings) -> None:
        settings.CAPTCHA_VERIFY_URL = "http://127.0.0.1:1/"
        assert post("sign-up", {**data, "captcha": "the-answer"}).status_code == 503
        assert nothing_happened()


@pytest.mark.parametrize(
    ("path", "data"), [("/sign-up/", {**BY_EMAIL, "password1": BY_EMAIL["password"]}), ("/sign-up/phone/", BY_PHONE)], ids=["email", "phone"]
)
class TestPages:
    def test_page_shows_the_box_and_its_policy_opens_for_that_provider_only(
        self, asked: Provider, client: Client, settings: Settings, path: str, data: dict[str, str]
    ) -> None:
        chosen = PROVIDERS[settings.CAPTCHA_PROVIDER]
        page = client.get(path)
        assert f'class="{chosen.css_class}" data-sitekey="site-key"' in page.content.decode()
        assert f'src="{chosen.script}"' in page.content.decode()
        directives = dict(directive.strip().split(" ", 1) for directive in page["Content-Security-Policy"].split(";"))
        assert set(directives["script-src"].split()) == {"'self'", *chosen.origins}
        others = [origin for name, known in PROVIDERS.items() if name != settings.CAPTCHA_PROVIDER for origin in known.origins]
        assert not any(origin in page["Content-Security-Policy"] for origin in others)
        assert chosen.origins[0] not in client.get("/sign-in/")["Content-Security-Policy"]

    def test_right_answer_lets_people_in_and_a_wrong_one_says_so_on_the_form(
        self, asked: Provider, client: Client, settings: Settings, path: str, data: dict[str, str]
    ) -> None:
        field = PROVIDERS[settings.CAPTCHA_PROVIDER].field
        refused = client.post(path, {**data, field: ""})
        assert refused.status_code == 400
        assert b"you are a person" in refused.content
        assert b'value="ana"' in refused.content
        assert nothing_happened()
        assert client.post(path, {**data, field: "the-answer"}).status_code == 302
        assert asked.asked[-1].form["response"] == "the-answer"


def test_without_a_provider_nothing_is_shown_asked_or_opened(client: Client) -> None:
    page = client.get("/sign-up/")
    assert b"data-sitekey" not in page.content
    assert "script-src" not in page["Content-Security-Policy"]
    assert post("sign-up", BY_EMAIL).status_code == 202
