"""One's own data over REST and in the browser, from asking to being gone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.data import services
from accounts.data.models import Deletion, Export
from accounts.sessions.models import Proof, Session
from accounts.sessions.tests.factories import confirm, tokens_for
from accounts.sessions.tests.test_second_factor import SECRET, code, with_second_factor
from accounts.sessions.tests.test_step_up import without_password
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.mail.testing import delivered

pytestmark = pytest.mark.django_db
AsPerson = Callable[[User], APIClient]


@pytest.fixture
def ana() -> User:
    person: User = UserFactory.create(username="ana")
    return person


def as_app(person: User, proof: Proof | None = Proof.SECOND_FACTOR) -> APIClient:
    """An app whose session has given ``proof`` a moment ago."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(person).access_token}")
    if proof:
        confirm(person, proof)
    return client


def in_browser(person: User) -> Client:
    """A browser whose session has confirmed a moment ago that it is them."""
    client = Client()
    client.force_login(person)
    confirm(person)
    return client


def sign_in(username: str = "ana") -> Any:
    return APIClient().post("/api/v1/auth/sign-in", {"username": username, "password": PASSWORD})


class TestExport:
    def test_archive_is_asked_for_watched_and_downloaded(self, ana: User) -> None:
        client = as_app(ana)
        assert client.get("/api/v1/users/me/export").status_code == 404
        asked = client.post("/api/v1/users/me/export")
        assert asked.status_code == 202
        assert asked.json()["data"]["state"] == "waiting"
        assert client.get("/api/v1/users/me/export/download").status_code == 404
        services.build_export(export_id=asked.json()["data"]["id"])
        shown = client.get("/api/v1/users/me/export").json()["data"]
        assert (shown["state"], shown["progress"]) == ("ready", 100)
        assert "signature" not in str(shown)
        found = client.get("/api/v1/users/me/export/download").json()["data"]
        assert found["expires_in"] == 300
        download = Client().get(found["url"])
        assert b"".join(download.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
        assert "attachment" in download["Content-Disposition"]
        assert "ana-" in download["Content-Disposition"]

    def test_link_is_short_lived_and_good_for_nothing_else(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        url = as_app(ana).get("/api/v1/users/me/export/download").json()["data"]["url"]
        assert Client().get(url.split("?")[0]).status_code == 403
        with time_machine.travel(timezone.now() + timedelta(minutes=10)):
            assert Client().get(url).status_code == 403

    def test_nobody_sees_the_archive_of_another(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        other = as_app(UserFactory.create())
        for path in ("/api/v1/users/me/export", "/api/v1/users/me/export/download"):
            assert other.get(path).status_code == 404
            assert APIClient().get(path).status_code == 401
        assert APIClient().post("/api/v1/users/me/export").status_code == 401

    def test_a_second_one_on_the_same_day_is_refused_with_the_time_to_wait(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        refused = as_app(ana).post("/api/v1/users/me/export")
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "export_too_soon"
        assert 0 < int(refused["Retry-After"]) <= 86_400
        assert Export.objects.count() == 1

    def test_unconfirmed_nothing_is_put_together(self, ana: User) -> None:
        refused = as_app(ana, proof=None).post("/api/v1/users/me/export")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reauthentication_required")
        client = Client()
        client.force_login(ana)
        asked = client.post("/settings/data/export/", headers={"Referer": "http://testserver/settings/data/"})
        assert asked["Location"] == "/settings/confirm/?next=%2Fsettings%2Fdata%2F"
        assert not Export.objects.exists()

    def test_unconfirmed_nothing_is_downloaded_over_rest(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        client = as_app(ana, proof=None)
        assert client.get("/api/v1/users/me/export").json()["data"]["state"] == "ready"
        refused = client.get("/api/v1/users/me/export/download")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reauthentication_required")
        assert "signature" not in refused.content.decode()

    def test_confirmed_in_one_session_it_is_not_downloaded_in_another(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        as_app(ana)
        assert as_app(ana, proof=None).get("/api/v1/users/me/export/download").status_code == 403

    def test_second_factor_is_wanted_where_there_is_one(self) -> None:
        cara = with_second_factor()
        services.build_export(export_id=services.start_export(user=cara).pk)
        assert as_app(cara, Proof.PASSWORD).get("/api/v1/users/me/export/download").json()["error"]["details"] == {"ways": ["code"]}
        assert as_app(cara, Proof.SECOND_FACTOR).get("/api/v1/users/me/export/download").status_code == 200

    def test_unconfirmed_nothing_is_downloaded_in_the_browser(self, ana: User) -> None:
        services.build_export(export_id=services.start_export(user=ana).pk)
        client = Client()
        client.force_login(ana)
        Session.objects.update(confirmed_at=None, confirmed_by="")
        assert b"Your archive is ready" in client.get("/settings/data/").content
        assert b"signature=" not in client.get("/settings/data/").content
        asked = client.get("/settings/data/download/")["Location"]
        assert asked == "/settings/confirm/?next=%2Fsettings%2Fdata%2F"
        assert client.post(asked, {"password": PASSWORD})["Location"] == "/settings/data/"
        assert "signature=" in client.get("/settings/data/download/")["Location"]

    def test_page_starts_shows_and_leads_to_the_download_without_a_script(self, ana: User) -> None:
        client = in_browser(ana)
        assert b"Make an archive" in client.get("/settings/data/").content
        assert client.post("/settings/data/export/", follow=True).status_code == 200
        page = client.get("/settings/data/").content
        assert b"put together" in page
        assert b"Make a" not in page
        services.build_export(export_id=Export.objects.get().pk)
        page = client.get("/settings/data/").content
        assert b"Your archive is ready" in page
        assert b"a day after the last one" in page
        assert client.get("/settings/data/progress/").status_code == 200
        download = client.get("/settings/data/download/")
        assert download.status_code == 302
        assert "signature=" in download["Location"]

    def test_page_says_so_where_there_is_nothing_to_download(self, ana: User) -> None:
        client = in_browser(ana)
        assert client.get("/settings/data/download/").status_code == 404

    def test_a_day_has_one_archive_on_the_page_too(self, ana: User) -> None:
        client = in_browser(ana)
        services.build_export(export_id=services.start_export(user=ana).pk)
        page = client.post("/settings/data/export/", follow=True)
        assert b"one archive a day" in page.content
        assert Export.objects.count() == 1


class TestDeletion:
    def test_unconfirmed_nobody_is_deleted_and_a_password_sent_along_is_no_way_round(self, ana: User) -> None:
        client = as_app(ana, proof=None)
        for body in ({}, {"password": PASSWORD}):
            refused = client.delete("/api/v1/users/me", body)
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "reauthentication_required")
        ana.refresh_from_db()
        assert ana.is_active
        assert not Deletion.objects.exists()
        assert delivered() == []

    def test_deletion_wants_the_second_factor_where_there_is_one(self) -> None:
        cara = with_second_factor()
        assert as_app(cara, Proof.PASSWORD).delete("/api/v1/users/me").json()["error"]["details"] == {"ways": ["code"]}
        assert not Deletion.objects.exists()
        assert as_app(cara, Proof.SECOND_FACTOR).delete("/api/v1/users/me").status_code == 202

    def test_whoever_has_no_password_signs_in_anew_and_can_leave(self) -> None:
        dora = without_password()
        client = as_app(dora, Proof.SIGN_IN)
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert client.delete("/api/v1/users/me").json()["error"]["details"] == {"ways": ["sign_in"]}
        assert not Deletion.objects.exists()
        assert client.delete("/api/v1/users/me").status_code == 202

    def test_whoever_has_only_a_passkey_leaves_with_it(self) -> None:
        dora = without_password()
        Authenticator.objects.create(user=dora, type=Authenticator.Type.WEBAUTHN, data={})
        assert as_app(dora, Proof.SIGN_IN).delete("/api/v1/users/me").json()["error"]["details"] == {"ways": ["passkey"]}
        assert not Deletion.objects.exists()
        assert as_app(dora, Proof.SECOND_FACTOR).delete("/api/v1/users/me").status_code == 202

    @pytest.mark.django_db(transaction=True)
    def test_deleted_the_very_next_request_is_refused(self, ana: User) -> None:
        client = as_app(ana)
        answer = client.delete("/api/v1/users/me")
        assert answer.status_code == 202
        assert answer.json()["data"]["erase_at"]
        assert client.get("/api/v1/users/me").status_code == 401
        assert not Session.objects.live().exists()

    def test_signing_in_meanwhile_offers_to_keep_the_account(self, ana: User) -> None:
        services.request_deletion(user=ana)
        refused = sign_in()
        assert refused.status_code == 401
        error = refused.json()["error"]
        assert error["code"] == "account_leaving"
        assert not Session.objects.exists()
        kept = APIClient().post("/api/v1/users/me/restore", {"restore_token": error["details"]["restore_token"]})
        assert kept.status_code == 200
        assert kept.json()["data"]["user"]["username"] == "ana"
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {kept.json()['data']['access_token']}")
        assert client.get("/api/v1/users/me").status_code == 200
        assert Deletion.objects.get().state == "kept"

    def test_a_made_up_or_used_token_keeps_nothing(self, ana: User) -> None:
        services.request_deletion(user=ana)
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": "made-up"}).status_code == 401
        token = sign_in().json()["error"]["details"]["restore_token"]
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": token}).status_code == 200
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": token}).status_code in {401, 409}
        assert Session.objects.count() == 1

    def test_the_second_factor_comes_before_keeping(self, ana: User) -> None:
        TOTP.activate(ana, SECRET)
        services.request_deletion(user=ana)
        error = sign_in().json()["error"]
        assert error["code"] == "mfa_required"
        token = error["details"]["mfa_token"]
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": token}).status_code == 401
        error = APIClient().post("/api/v1/auth/mfa", {"mfa_token": token, "code": code()}).json()["error"]
        assert error["code"] == "account_leaving"
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": error["details"]["restore_token"]}).status_code == 200

    def test_too_late_the_account_is_closed_like_any_other(self, ana: User) -> None:
        services.request_deletion(user=ana)
        token = sign_in().json()["error"]["details"]["restore_token"]
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            services.erase(deletion_id=Deletion.objects.get().pk)
        assert sign_in().json()["error"]["code"] == "invalid_credentials"
        assert APIClient().post("/api/v1/users/me/restore", {"restore_token": token}).status_code in {401, 409}
        assert not Session.objects.exists()


class TestPages:
    def test_account_is_deleted_and_kept_in_the_browser(self, ana: User) -> None:
        client = in_browser(ana)
        assert b"type your username, ana" in client.get("/settings/data/delete/").content
        gone = client.post("/settings/data/delete/", {"username": "ana"})
        assert b"Goodbye" in gone.content
        assert client.get("/settings/data/").status_code == 302
        stopped = client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
        assert (stopped.status_code, stopped["Location"]) == (302, "/sign-in/keep/")
        assert b"Keep your account?" in client.get("/sign-in/keep/").content
        assert client.get("/home/").status_code == 302
        assert client.post("/sign-in/keep/", {"answer": "keep"})["Location"] == "/home/"
        assert client.get("/home/").status_code == 200

    def test_letting_it_go_leaves_nobody_signed_in(self, ana: User) -> None:
        services.request_deletion(user=ana)
        client = Client()
        client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
        assert client.post("/sign-in/keep/", {"answer": "go"})["Location"] == "/"
        assert client.get("/sign-in/keep/")["Location"] == "/sign-in/"
        assert Deletion.objects.get().state == "waiting"

    def test_the_question_is_for_those_who_signed_in(self) -> None:
        assert Client().get("/sign-in/keep/")["Location"] == "/sign-in/"
        assert Client().post("/sign-in/keep/", {"answer": "keep"})["Location"] == "/sign-in/"

    def test_page_asks_to_confirm_before_it_shows_or_does_anything(self, ana: User) -> None:
        client = Client()
        client.force_login(ana)
        assert client.get("/settings/data/delete/")["Location"] == "/settings/confirm/?next=%2Fsettings%2Fdata%2Fdelete%2F"
        assert client.post("/settings/data/delete/", {"username": "ana"})["Location"].startswith("/settings/confirm/")
        assert not Deletion.objects.exists()
        asked = client.get("/settings/data/delete/")["Location"]
        assert client.post(asked, {"password": PASSWORD})["Location"] == "/settings/data/delete/"
        assert client.get("/settings/data/delete/").status_code == 200

    @pytest.mark.parametrize("typed", ["", "ben", "an", "@"])
    def test_nobody_is_deleted_by_accident(self, ana: User, typed: str) -> None:
        assert in_browser(ana).post("/settings/data/delete/", {"username": typed}).status_code == 422
        ana.refresh_from_db()
        assert ana.is_active
        assert not Deletion.objects.exists()
        assert delivered() == []

    @pytest.mark.parametrize("typed", ["ana", "Ana", " @ana "])
    def test_username_may_be_typed_as_people_write_it(self, ana: User, typed: str) -> None:
        assert b"Goodbye" in in_browser(ana).post("/settings/data/delete/", {"username": typed}).content
        assert Deletion.objects.get().person == ana


class TestAdmin:
    @pytest.fixture
    def operator(self, settings: Settings) -> Client:
        settings.STAFF_NEED_SECOND_FACTOR = False
        client = Client()
        client.force_login(UserFactory.create(username="root", is_staff=True, is_superuser=True))
        return client

    def test_the_row_that_is_left_can_be_looked_at_and_not_opened_again(self, operator: Client, ana: User) -> None:
        deletion = services.request_deletion(user=ana)
        page = operator.get(f"/admin/accounts_users/user/{ana.pk}/change/").content.decode()
        assert 'name="is_active"' not in page
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            services.erase(deletion_id=deletion.pk)
        page = operator.get(f"/admin/accounts_users/user/{ana.pk}/change/").content.decode()
        assert "deleted_" in page
        assert 'name="is_active"' not in page
        assert "Deleted" in operator.get("/admin/accounts_users/user/").content.decode()
