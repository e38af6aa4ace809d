"""Sign-ups that nobody confirms hold neither address nor name for ever, nor against a newer one; of all that happens at once one thing holds."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from accounts.data import services
from accounts.data.models import Deletion
from accounts.data.tasks import sweep
from accounts.sessions import identities
from accounts.sessions.models import Session
from accounts.sessions.tests.asking import PHONE, post, texted_code
from accounts.sessions.tests.conftest import CountHashes, count_hashes  # noqa: F401 - a fixture
from accounts.sessions.tests.factories import tokens_for
from accounts.users import leaving
from accounts.users.models import RetiredName, User
from accounts.users.tests.factories import UserFactory
from chat.conversations.services import create_direct
from chat.messages.services import send_message
from core.events.models import OutboxEvent
from core.events.outbox import dispatch
from core.mail.testing import delivered
from core.testing.threads import race
from social.graph import services as graph
from social.graph.models import Follow, PersonCounts
from social.graph.suggestions import suggestions_for

pytestmark = pytest.mark.django_db
PASSWORD = "kettle-violin-moss"
ADDRESS = "ana@example.com"
LATER = timezone.now() + timedelta(days=9)


def sign_up(username: str = "ana", email: str = ADDRESS, password: str = PASSWORD, **more: Any) -> Any:
    return post("sign-up", {"username": username, "email": email, "password": password}, **more)


def key() -> str:
    """Of the link in the last mail."""
    found = re.search(r"/verify/([^\s/]+)/", str(delivered()[-1].body))
    assert found
    return found.group(1)


def confirms(link: str) -> int:
    return int(post("confirm-email", {"key": link}).status_code)


def opens(name: str, password: str = PASSWORD) -> bool:
    return bool(post("sign-in", {"username": name, "password": password}).status_code == 200)


def people() -> list[str]:
    """Who is somebody."""
    return sorted(User.objects.filter(erased_at=None).values_list("username", flat=True))


class TestNewest:
    def test_newest_sign_up_wins_and_the_old_link_dies(self) -> None:
        assert sign_up("ana").status_code == 202
        old = key()
        assert sign_up("anita", password="another-violin-moss").status_code == 202
        new = key()
        assert [mail.to for mail in delivered()] == [[ADDRESS], [ADDRESS]]
        assert people() == ["anita"]
        assert confirms(old) == 400
        assert not EmailAddress.objects.filter(verified=True).exists()
        assert confirms(new) == 204
        assert opens("anita", "another-violin-moss")
        assert not opens("ana")

    def test_under_the_same_name_with_another_password(self) -> None:
        sign_up("ana")
        old = key()
        sign_up("Ana", password="another-violin-moss")
        assert confirms(old) == 400
        assert confirms(key()) == 204
        assert opens("ana", "another-violin-moss")
        assert not opens("ana")

    def test_in_the_browser_too(self) -> None:
        first, second = Client(), Client()
        form = {"username": "ana", "email": ADDRESS, "password1": PASSWORD}
        assert first.post("/sign-up/", form)["Location"] == "/verify/"
        old = key()
        assert second.post("/sign-up/", {**form, "username": "anita"})["Location"] == "/verify/"
        assert first.get(f"/verify/{old}/").context["confirmation"] is None
        assert first.post(f"/verify/{old}/").status_code == 404
        page = second.get(f"/verify/{key()}/").content.decode()
        assert "@anita" in page
        assert second.post(f"/verify/{key()}/").status_code == 302
        assert second.get("/home/").status_code == 200
        assert first.get("/home/").status_code == 302

    def test_mail_says_by_which_name(self) -> None:
        sign_up("anita")
        assert "@anita" in str(delivered()[-1].body)

    def test_name_nobody_confirmed_is_free_for_a_number_too(self) -> None:
        sign_up("ana")
        old = key()
        token = post("sign-up", {"username": "ana", "phone": PHONE}).json()["data"]["code_token"]
        assert people() == ["ana"]
        assert post("phone/confirm", {"code_token": token, "code": texted_code()}).status_code == 200
        assert User.objects.get(erased_at=None).phone == PHONE
        assert confirms(old) == 400

    def test_confirmed_account_gives_way_to_nobody(self) -> None:
        sign_up("ana")
        confirms(key())
        assert sign_up("anita").status_code == 202
        assert "already" in delivered()[-1].subject
        assert sign_up("ana", "other@example.com").status_code == 400
        assert people() == ["ana"]
        assert opens("ana")

    @pytest.mark.parametrize(
        "standing",
        [
            {"last_login": timezone.now()},
            {"phone": PHONE},
            {"is_staff": True},
            {"is_active": False},
            {"suspended_until": timezone.now() + timedelta(days=9)},
        ],
        ids=lambda standing: next(iter(standing)),
    )
    def test_whoever_came_in_or_is_kept_out_gives_way_to_nobody(self, standing: dict[str, Any]) -> None:
        UserFactory.create(username="ana", email=ADDRESS, address__verified=False)
        User.objects.update(created_at=timezone.now() - timedelta(days=9), **standing)
        assert sign_up("anita").status_code == 202
        assert sign_up("ana", "other@example.com").status_code == 400
        assert services.give_up_unconfirmed() == 0
        assert people() == ["ana"]

    def test_nothing_tells_what_is_known(self, count_hashes: CountHashes) -> None:  # noqa: F811
        """The address of nobody, of an unconfirmed sign-up, of an account: one answer, one hash, one mail. And whoever wants a name learns
        nothing about the address it was wanted with before."""
        UserFactory.create(username="known", email="known@example.com")
        sign_up("waiting", "waiting@example.com")
        answers = []
        for number, email in enumerate(("nobody@example.com", "waiting@example.com", "known@example.com")):
            with count_hashes() as hashes:
                answers.append(sign_up(f"someone{number}", email))
            assert hashes.count == 1
        assert {answer.status_code for answer in answers} == {202}
        assert len({tuple(answer.json()["data"]) for answer in answers}) == 1
        assert [mail.to[0] for mail in delivered()[1:]] == ["nobody@example.com", "waiting@example.com", "known@example.com"]
        sign_up("wanted", "wanted@example.com")
        assert [sign_up("wanted", email).status_code for email in ("other@example.com", "wanted@example.com")] == [202, 202]


class TestNobodySeesIt:
    """Signing up with the address of nobody, and with one that has an account, leave the same to be seen: nothing."""

    @pytest.fixture(params=["nobody@example.com", "known@example.com"])
    def wanted(self, request: pytest.FixtureRequest) -> str:
        UserFactory.create(username="known", email="known@example.com")
        assert sign_up("wanted", request.param).status_code == 202
        return str(request.param)

    def test_signing_in_is_refused_alike(self, wanted: str, count_hashes: CountHashes) -> None:  # noqa: F811
        for name in ({"email": wanted}, {"username": "wanted"}):
            with count_hashes() as hashes:
                answer = post("sign-in", {**name, "password": PASSWORD})
            assert hashes.count == 1
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_credentials")
            assert "just signed up" in answer.json()["error"]["message"]
            assert "verify" not in answer.json()["error"]
        wrong = post("sign-in", {"username": "nobody-at-all", "password": PASSWORD})
        assert wrong.json()["error"] | {"request_id": ""} == answer.json()["error"] | {"request_id": ""}
        assert not Session.objects.exists()

    def test_pages_say_the_same(self, wanted: str) -> None:
        client = Client()
        page = client.post("/sign-in/", {"login": wanted, "password": PASSWORD}).content.decode()
        assert "just signed up" in page
        assert Client().get("/verify/").status_code == 200
        assert "_auth_user_id" not in client.session

    def test_no_door_shows_a_person(self, wanted: str) -> None:
        ben = UserFactory.create(username="ben")
        client = Client(headers={"Authorization": f"Bearer {tokens_for(ben).access_token}"})
        assert Client().get("/wanted/").status_code == 404
        assert Client().get("/api/v1/users/wanted").status_code == 404
        for address in ("users/wanted", "users/wanted/follow-status", "users/wanted/followers", "friends/mutual/wanted"):
            assert client.get(f"/api/v1/{address}").status_code == 404
        assert client.post("/api/v1/users/wanted/follow").status_code == 404
        assert client.get("/api/v1/users/search", {"q": "wanted"}).json()["data"] == []
        assert "wanted" not in [suggestion.person.username for suggestion in suggestions_for(ben)]
        assert not Follow.objects.exists()

    def test_name_is_as_free_as_before(self, wanted: str) -> None:
        assert sign_up("wanted", "third@example.com").status_code == 202

    def test_limits_count_alike(self, wanted: str, settings: Any) -> None:
        settings.LIMITS = {**settings.LIMITS, "sign_in": "2/minute"}
        answers = [post("sign-in", {"email": wanted, "password": PASSWORD}).status_code for _ in range(3)]
        assert answers == [401, 401, 429]

    def test_whoever_knows_the_password_has_the_link_once_more(self) -> None:
        sign_up("ana")
        post("sign-in", {"username": "ana", "password": "wrong-violin-moss"})
        dispatch_due()
        assert len(delivered()) == 1
        post("sign-in", {"username": "ana", "password": PASSWORD})
        dispatch_due()
        assert [mail.to for mail in delivered()] == [[ADDRESS], [ADDRESS]]
        assert confirms(key()) == 204
        assert opens("ana")
        assert Client().get("/api/v1/users/ana").status_code in {200, 401}

    def test_no_more_often_than_any_mail(self, settings: Any) -> None:
        sign_up("ana")
        settings.LIMITS = {**settings.LIMITS, "mail": "1/hour"}
        for _ in range(3):
            post("sign-in", {"username": "ana", "password": PASSWORD})
        dispatch_due()
        assert len(delivered()) == 2

    def test_a_new_password_by_mail_confirms_it_too(self) -> None:
        sign_up("ana")
        assert post("forgot-password", {"email": ADDRESS}).status_code == 202
        found = re.search(r"/reset/([^\s/]+)/", str(delivered()[-1].body))
        assert found
        assert post("reset-password", {"key": found.group(1), "password": "another-violin-moss"}).status_code == 204
        assert opens("ana", "another-violin-moss")
        assert EmailAddress.objects.get(user__username="ana").verified


class TestTime:
    def test_after_three_days_name_and_address_are_free_and_no_row_is_left(self) -> None:
        sign_up("ana")
        old = key()
        with time_machine.travel(timezone.now() + timedelta(days=2, hours=23)):
            sweep()
            assert people() == ["ana"]
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert services.give_up_unconfirmed() == 1
            assert people() == []
            assert confirms(old) == 400
            clear_away()
            assert not User.objects.exists()
            assert not Deletion.objects.exists()
            assert not RetiredName.objects.exists()
            sign_up("ana")
            assert confirms(key()) == 204
        assert opens("ana")

    def test_having_the_link_sent_again_makes_it_no_longer(self) -> None:
        sign_up("ana")
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            post("resend-email", {"email": ADDRESS})
            link = key()
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            sweep()
            assert people() == []
            assert confirms(link) == 400

    def test_confirmed_in_time_it_stays(self) -> None:
        sign_up("ana")
        confirms(key())
        with time_machine.travel(timezone.now() + timedelta(days=30)):
            assert services.give_up_unconfirmed() == 0
        assert people() == ["ana"]

    def test_what_others_did_with_it_meanwhile_goes_along(self) -> None:
        ben = UserFactory.create(username="ben")
        sign_up("ana")
        ana = User.objects.get(username="ana")
        with once_seen(ana):
            graph.follow(actor=ben, target=ana)
        clear_away_after(ana)
        assert not User.objects.filter(pk=ana.pk).exists()
        assert not Follow.objects.exists()
        assert PersonCounts.objects.get(person=ben).following_count == 0

    def test_row_that_something_stands_on_stays_without_a_name(self) -> None:
        ben = UserFactory.create(username="ben")
        sign_up("ana")
        ana = User.objects.get(username="ana")
        with once_seen(ana):
            conversation = create_direct(actor=ben, target=ana)
            send_message(sender=ben, conversation_id=conversation.pk, body="Are you there?")
        clear_away_after(ana)
        ana.refresh_from_db()
        assert (ana.email, ana.username, ana.erased_at is None) == (None, f"deleted_{ana.pk.hex}", False)
        assert Deletion.objects.get().state == Deletion.State.DONE
        sign_up("ana")
        assert people() == ["ana", "ben"]

    def test_looking_for_them_reads_no_other_people(self, django_assert_num_queries: Any) -> None:
        UserFactory.create_batch(3)
        with django_assert_num_queries(1):
            assert leaving.stale_sign_ups(100) == []


@contextmanager
def once_seen(person: User) -> Iterator[None]:
    """As sign-ups were, before those that wait were hidden: what others tied to them then is still there."""
    User.objects.filter(pk=person.pk).update(is_waiting=False, is_active=True)
    yield
    User.objects.filter(pk=person.pk).update(is_waiting=True, is_active=False)


def dispatch_due() -> None:
    """What whoever wrote the events does after the commit."""
    for event in OutboxEvent.objects.filter(name__contains="SignInRefused"):
        dispatch(event.pk)


def clear_away() -> None:
    """What the outbox and the sweeper do."""
    for person in User.objects.exclude(erased_at=None):
        services.clear_away_sign_up(user_id=person.pk)
        services.clear_away_sign_up(user_id=person.pk)  # at least once
    for deletion_id in services.due_deletions():
        services.erase(deletion_id=deletion_id)


def clear_away_after(person: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert services.give_up_unconfirmed() == 1
        clear_away()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_of_parallel_sign_ups_with_one_address_the_last_one_waits_and_one_link_works(self) -> None:
        statuses = race(lambda number: sign_up(f"ana{number}").status_code, threads=5)
        assert set(map(str, statuses)) == {"202"}
        (name,) = people()
        assert EmailAddress.objects.get().email == ADDRESS
        links = {found.group(1) for mail in delivered() if (found := re.search(r"/verify/([^\s/]+)/", str(mail.body)))}
        assert sorted(confirms(link) for link in links).count(204) == 1
        assert opens(name)

    def test_of_parallel_sign_ups_with_one_name_one_has_it(self) -> None:
        statuses = race(lambda number: sign_up("ana", f"ana{number}@example.com").status_code, threads=5)
        assert {str(status) for status in statuses} <= {"202", "400", "409"}
        assert people() == ["ana"]
        assert EmailAddress.objects.count() == 1

    @pytest.mark.parametrize("attempt", range(3))
    def test_of_confirming_and_signing_up_anew_the_first_one_wins(self, attempt: int) -> None:
        sign_up("ana")
        link = key()
        confirmed, answered = race(lambda number: confirms(link) if number == 0 else sign_up("anita").status_code, threads=2)
        assert answered == 202
        if confirmed == 204:
            assert people() == ["ana"]
            assert opens("ana")
        else:
            assert confirmed == 400
            assert people() == ["anita"]
            assert confirms(key()) == 204

    @pytest.mark.parametrize("attempt", range(3))
    def test_of_confirming_and_running_out_the_first_one_wins(self, attempt: int) -> None:
        sign_up("ana")
        link = key()
        User.objects.update(created_at=timezone.now() - timedelta(days=4))
        confirmed, given_up = race(lambda number: confirms(link) if number == 0 else services.give_up_unconfirmed(), threads=2)
        assert (confirmed, given_up) in {(204, 0), (400, 1)}
        assert people() == (["ana"] if confirmed == 204 else [])
        assert EmailAddress.objects.count() == (confirmed == 204)

    def test_confirming_waits_for_whoever_is_giving_it_up(self) -> None:
        """The link was looked at before, and leads nowhere by the time the row is free."""
        sign_up("ana")
        link, ana = key(), User.objects.get(username="ana")
        address = EmailAddress.objects.get()
        leaving.give_up_sign_up(user=ana)
        with pytest.raises(EmailAddress.DoesNotExist):
            identities.verify_address(address=address)
        assert confirms(link) == 400
        assert not EmailAddress.objects.exists()

    def test_given_up_it_is_cleared_away_by_itself(self) -> None:
        sign_up("ana")
        sign_up("anita")
        assert Deletion.objects.get().row_goes
        sweep()
        assert User.objects.get().username == "anita"
        assert not Deletion.objects.exists()
