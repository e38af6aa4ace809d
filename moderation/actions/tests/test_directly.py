"""What staff do without a report, by the lists of the admin: a reason is asked for, it is in force, and the trail has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.data import services as data
from accounts.data.models import Deletion
from accounts.sessions.tests.factories import open_session, tokens_for
from accounts.users import leaving
from accounts.users.events import ProfileUpdated, UserClosed, UserReopened, UserRestored, UserSuspended
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError
from core.events.models import OutboxEvent
from core.events.registry import event_name
from core.realtime.codes import CloseCode
from core.realtime.hub import stop_hub
from core.realtime.testing import SocketClient
from moderation.actions import services
from moderation.actions.models import Act, Verb
from moderation.actions.tests.choosing import choose, path_of
from social.posts.models import Post
from social.posts.tests.factories import make_post

SECONDS_TO_CLOSE = 2  # what a person whose account is closed may go on hearing


def emitted() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


def suspended() -> User:
    return UserFactory.create(suspended_until=timezone.now() + timedelta(days=1))


def closed() -> User:
    return UserFactory.create(is_active=False)


def open_account() -> User:
    return UserFactory.create()


def marked() -> User:
    return UserFactory.create(is_verified=True)


PEOPLE: list[tuple[str, Verb, Callable[[], User], Callable[[User], bool], type]] = [
    ("suspend", Verb.SUSPEND, open_account, lambda person: person.is_suspended, UserSuspended),
    ("lift_suspension", Verb.LIFT, suspended, lambda person: not person.is_suspended, UserRestored),
    ("close_account", Verb.CLOSE, open_account, lambda person: not person.is_active, UserClosed),
    ("reopen_account", Verb.REOPEN, closed, lambda person: person.is_active, UserReopened),
    ("give_mark", Verb.MARK, open_account, lambda person: person.is_verified, ProfileUpdated),
    ("take_mark", Verb.UNMARK, marked, lambda person: not person.is_verified, ProfileUpdated),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "verb", "make", "is_so", "event"), PEOPLE)
class TestPeople:
    def test_is_in_force_told_and_in_the_trail(
        self, staff: Client, root: User, action: str, verb: Verb, make: Callable[[], User], is_so: Callable[[User], bool], event: type
    ) -> None:
        person = make()
        assert "reason" in choose(staff, action, person).content.decode()
        person.refresh_from_db()
        assert (is_so(person), Act.objects.count(), emitted()) == (False, 0, [])
        choose(staff, action, person, reason="Because", days="7")
        person.refresh_from_db()
        assert is_so(person)
        assert emitted() == [event_name(event)]
        act = Act.objects.get()
        assert (act.moderator, act.verb, act.person, act.target_id, act.reason, act.case_id) == (root, verb, person, person.pk, "Because", None)

    def test_twice_is_once(
        self, staff: Client, action: str, verb: Verb, make: Callable[[], User], is_so: Callable[[User], bool], event: type
    ) -> None:
        person = make()
        for _ in range(2):
            choose(staff, action, person, reason="Because", days="7")
        times = 2 if verb == Verb.SUSPEND else 1  # another suspension replaces the one before
        assert (Act.objects.count(), len(emitted())) == (times, times)

    def test_nobody_does_it_to_themselves_and_only_administrators_to_staff(
        self, action: str, verb: Verb, make: Callable[[], User], is_so: Callable[[User], bool], event: type
    ) -> None:
        helper = UserFactory.create(is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
        client = Client()
        client.force_login(helper)
        colleague = make()
        User.objects.filter(pk=colleague.pk).update(is_staff=True)
        for person in (helper, colleague):
            choose(client, action, person, reason="Because", days="7")
        colleague.refresh_from_db()
        helper.refresh_from_db()
        assert not is_so(colleague)
        assert helper.is_active
        assert not helper.is_suspended
        assert not helper.is_verified
        assert (Act.objects.count(), emitted()) == (0, [])

    def test_whoever_may_not_change_people_is_not_offered_it(
        self, action: str, verb: Verb, make: Callable[[], User], is_so: Callable[[User], bool], event: type
    ) -> None:
        helper = UserFactory.create(is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename="view_user"))
        client = Client()
        client.force_login(helper)
        person = make()
        choose(client, action, person, reason="Because", days="7")
        person.refresh_from_db()
        assert (is_so(person), Act.objects.count(), emitted()) == (False, 0, [])


@pytest.mark.django_db
class TestSuspending:
    def test_lasts_as_long_as_chosen_and_says_why(self, staff: Client, ana: User) -> None:
        choose(staff, "suspend", ana, reason="Spam", days="30")
        ana.refresh_from_db()
        assert ana.suspended_until is not None
        assert timedelta(days=29, hours=23) < ana.suspended_until - timezone.now() < timedelta(days=30)
        assert ana.suspension_reason == "Spam"
        assert Act.objects.get().until == ana.suspended_until

    def test_some_of_those_chosen_may_be_refused(self, staff: Client, root: User, ana: User) -> None:
        said = choose(staff, "suspend", ana, root, reason="Spam", days="1").content.decode()
        assert "somebody else" in said
        assert "Done, for 1" in said
        assert Act.objects.get().person == ana


@pytest.mark.django_db
class TestClosedAccounts:
    def test_closing_ends_sessions_and_hides_what_they_wrote(self, root: User, ana: User, django_capture_on_commit_callbacks: Any) -> None:
        session, post = open_session(ana), make_post(author=ana)
        with django_capture_on_commit_callbacks(execute=True):
            services.close_account(moderator=root, person=ana, reason="Asked for by court")
        session.refresh_from_db()
        assert session.ended_at is not None
        assert not Post.objects.visible_to(None).filter(pk=post.pk).exists()
        with django_capture_on_commit_callbacks(execute=True):
            services.reopen_account(moderator=root, person=ana, reason="Court said so")
        assert Post.objects.visible_to(None).filter(pk=post.pk).exists()
        session.refresh_from_db()
        assert session.ended_at is not None, "ended sessions stay ended"

    def test_whoever_is_leaving_comes_back_by_their_deletion_only(self, root: User, ana: User) -> None:
        deletion = data.request_deletion(user=ana)
        with pytest.raises(DomainError) as refused:
            services.reopen_account(moderator=root, person=ana, reason="Because")
        assert refused.value.code == "account_not_closed"
        Deletion.objects.filter(pk=deletion.pk).update(erase_at=timezone.now(), state=Deletion.State.ERASING)
        User.objects.filter(pk=ana.pk).update(erase_at=timezone.now())
        leaving.pass_point_of_return(user=ana)  # from here on nothing of it stands on the row of the person
        with pytest.raises(DomainError):
            services.reopen_account(moderator=root, person=ana, reason="Because")
        ana.refresh_from_db()
        assert not ana.is_active
        assert not Act.objects.exists()

    def test_form_of_a_person_does_not_close_or_mark(self, staff: Client, ana: User) -> None:
        page = staff.get(f"{path_of(User)}{ana.pk}/change/").content.decode()
        for name in ("is_active", "is_verified", "suspended_until"):
            assert f'name="{name}"' not in page
        staff.post(f"{path_of(User)}{ana.pk}/change/", form_of(ana, is_verified="on"))
        ana.refresh_from_db()
        assert ana.is_active
        assert not ana.is_verified


def form_of(person: User, **changes: str) -> dict[str, str]:
    inlines = ("emailaddress_set", "sessions", "authenticator_set", "socialaccount_set")
    managed = {f"{name}-{part}_FORMS": "0" for name in inlines for part in ("TOTAL", "INITIAL")}
    return {"display_name": person.display_name, "bio": "", "location": "", "website": "", "birth_date": "", **managed, **changes}


@pytest.mark.django_db
class TestEditing:
    def test_goes_by_the_service_and_into_the_trail(self, staff: Client, root: User, ana: User) -> None:
        answer = staff.post(f"{path_of(User)}{ana.pk}/change/", form_of(ana, display_name="Somebody"))
        assert answer.status_code == 302, answer.content.decode()
        ana.refresh_from_db()
        assert ana.display_name == "Somebody"
        assert emitted() == [event_name(ProfileUpdated)]
        act = Act.objects.get()
        assert (act.moderator, act.verb, act.person) == (root, Verb.EDIT, ana)
        assert "Display name" in act.reason

    def test_writes_nothing_but_what_was_changed(self, staff: Client, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """What happens to the person while the form is being saved stays."""
        seen = timezone.now() - timedelta(days=1)
        save = User.save

        def saved_meanwhile(self: User, *args: Any, **options: Any) -> None:
            User.objects.filter(pk=ana.pk).update(last_seen_at=seen)
            save(self, *args, **options)

        monkeypatch.setattr(User, "save", saved_meanwhile)
        staff.post(f"{path_of(User)}{ana.pk}/change/", form_of(ana, display_name="Somebody", is_staff="on"))
        ana.refresh_from_db()
        assert (ana.display_name, ana.is_staff, ana.last_seen_at) == ("Somebody", True, seen)

    def test_saying_nothing_new_is_no_act(self, staff: Client, ana: User) -> None:
        assert staff.post(f"{path_of(User)}{ana.pk}/change/", form_of(ana)).status_code == 302
        assert (Act.objects.count(), emitted()) == (0, [])

    def test_impossible_date_of_birth_is_said_beside_its_field(self, staff: Client, ana: User) -> None:
        answer = staff.post(f"{path_of(User)}{ana.pk}/change/", form_of(ana, birth_date="1700-01-01"))
        assert answer.status_code == 200
        assert "nobody&#x27;s date of birth" in answer.content.decode()
        assert (Act.objects.count(), emitted()) == (0, [])


@pytest.fixture
async def _no_hub_left_over() -> AsyncIterator[None]:
    yield
    await stop_hub()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_no_hub_left_over")
async def test_closing_reaches_open_sockets_and_kept_pages_at_once() -> None:
    root = await sync_to_async(UserFactory.create)(is_staff=True, is_superuser=True)
    ana = await sync_to_async(UserFactory.create)(username="ana")
    post = await sync_to_async(make_post)(author=ana)

    def sign_in() -> tuple[str, str]:
        client = Client()
        client.force_login(ana)
        assert client.get("/home/").status_code == 200
        return tokens_for(ana).access_token, client.cookies[settings.SESSION_COOKIE_NAME].value

    def public_feed() -> str:
        return Client().get("/api/v1/feeds/public").content.decode()

    token, cookie = await sync_to_async(sign_in)()
    assert str(post.pk) in await sync_to_async(public_feed)()
    async with SocketClient(token=token) as by_token, SocketClient(cookie=cookie) as by_cookie:
        await sync_to_async(services.close_account)(moderator=root, person=ana, reason="Asked for by court")
        async with asyncio.timeout(SECONDS_TO_CLOSE):
            for socket in (by_token, by_cookie):
                await socket.expect("session:revoked")
                assert await socket.expect_close() == CloseCode.SESSION_REVOKED
        assert str(post.pk) not in await sync_to_async(public_feed)()
    again = SocketClient(token=token)
    await again.connect()
    assert await again.expect_close() == CloseCode.NOT_AUTHENTICATED
    await again.close()
