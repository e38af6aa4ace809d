"""Asking to be deleted: hidden at once, reminded in time, kept if its person returns, and nothing erased before its time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.data import services
from accounts.data.models import TIME_TO_RETURN, Deletion
from accounts.sessions.models import Session
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, Forbidden, NotFound
from core.events.models import OutboxEvent
from core.mail.testing import delivered
from core.testing.threads import race
from social.graph import services as graph
from social.graph.models import Contact, Follow, FriendRequest, PersonCounts
from social.graph.tests.factories import make_follow, make_request
from social.posts.models import Post
from social.posts.tests.factories import make_post


@pytest.mark.django_db(transaction=True)
def test_asking_hides_the_person_at_once_and_ends_their_sessions() -> None:
    person = UserFactory.create(username="leo")
    session = open_session(person)
    deletion = services.request_deletion(user=person)
    assert abs(deletion.erase_at - timezone.now() - TIME_TO_RETURN) < timedelta(minutes=1)
    assert not User.objects.active().filter(pk=person.pk).exists()
    assert Session.objects.get(pk=session.pk).ended_at is not None
    (mail,) = delivered()
    assert "deleted" in mail.subject
    assert "leo" in mail.body


@pytest.mark.django_db
def test_staff_give_up_their_role_first() -> None:
    person = UserFactory.create(is_staff=True)
    with pytest.raises(Forbidden):
        services.request_deletion(user=person)
    person.refresh_from_db()
    assert (person.is_active, person.erase_at) == (True, None)
    assert not Deletion.objects.exists()
    assert delivered() == []


@pytest.mark.django_db
def test_a_closed_account_cannot_ask(person: User) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(NotFound):
        services.request_deletion(user=person)
    assert not Deletion.objects.exists()


@pytest.mark.django_db
def test_whoever_comes_back_finds_everything_as_it_was(person: User) -> None:
    post = make_post(person, "Still here")
    services.request_deletion(user=person)
    assert not Post.objects.visible_to(None).exists()
    services.keep_account(user=person)
    assert Post.objects.visible_to(None).get() == post
    deletion = Deletion.objects.get()
    assert (deletion.state, deletion.address, deletion.kept_by) == ("kept", "", None)
    assert [mail.subject for mail in delivered()] == ["Your account will be deleted", "Your account is kept"]
    with time_machine.travel(timezone.now() + TIME_TO_RETURN + timedelta(days=1)):
        assert services.due_deletions() == []
        services.erase(deletion_id=deletion.pk)
    assert Post.objects.visible_to(None).exists()


@pytest.mark.django_db
def test_nobody_comes_back_who_was_not_leaving(person: User) -> None:
    with pytest.raises(Conflict):
        services.keep_account(user=person)
    assert delivered() == []


@pytest.mark.django_db
def test_a_suspension_that_came_meanwhile_outlasts_coming_back(person: User) -> None:
    services.request_deletion(user=person)
    suspend_user(user=person, until=timezone.now() + timedelta(days=30), reason="Spam")
    services.keep_account(user=person)
    assert not User.objects.active().filter(pk=person.pk).exists()


@pytest.mark.django_db
def test_a_reminder_comes_three_days_before_and_once(person: User) -> None:
    services.request_deletion(user=person)
    with time_machine.travel(timezone.now() + TIME_TO_RETURN - timedelta(days=3, minutes=1)):
        assert services.remind() == 0
    with time_machine.travel(timezone.now() + TIME_TO_RETURN - timedelta(days=2)):
        assert services.remind() == 1
        assert services.remind() == 0
        assert delivered()[-1].subject == "Your account will be deleted in three days"


@pytest.mark.django_db
def test_nothing_is_erased_before_its_time(person: User) -> None:
    deletion = services.request_deletion(user=person)
    with time_machine.travel(timezone.now() + TIME_TO_RETURN - timedelta(minutes=1)):
        assert services.due_deletions() == []
        services.erase(deletion_id=deletion.pk)
    person.refresh_from_db()
    assert person.erased_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("tie", [make_follow, make_request, lambda one, other: graph.add_contact(owner=one, person=other)])
def test_nobody_ties_anything_to_somebody_who_is_leaving(tie: Callable[[User, User], Any]) -> None:
    person, other = UserFactory.create(), UserFactory.create()
    services.request_deletion(user=person)
    OutboxEvent.objects.all().delete()
    with pytest.raises(NotFound):
        tie(other, person)  # with the person as read before
    for model in (Follow, FriendRequest, Contact, PersonCounts):
        assert not model._base_manager.exists(), model
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_deletion_and_one_mail() -> None:
    person = UserFactory.create()
    results = race(lambda _: services.request_deletion(user=person), threads=6)
    assert len({result.pk for result in results if isinstance(result, Deletion)}) == 1
    assert Deletion.objects.count() == 1
    assert len(delivered()) == 1
