"""What operators take away goes through the services, and Django's log keeps who did it."""

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.test import Client
from django.urls import reverse

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.graph import selectors, services
from social.graph.models import Contact, FriendRequest, Friendship, KeywordMute, Mute
from social.graph.tests.factories import make_friends, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    return UserFactory.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def operator(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def test_a_friendship_is_removed_whole_and_the_log_says_by_whom(operator: Client, root: User) -> None:
    ana, ben = UserFactory.create_batch(2)
    make_friends(ana, ben)
    half = Friendship.objects.get(person=ana)
    operator.post(reverse("admin:social_graph_friendship_delete", args=[half.pk]), {"post": "yes"})
    assert not Friendship.objects.exists()
    assert [selectors.person_counts(person).friend_count for person in (ana, ben)] == [0, 0]
    entry = LogEntry.objects.get()
    assert (entry.user_id, entry.action_flag, entry.object_id) == (root.pk, DELETION, str(half.pk))


def test_requests_contacts_and_mutes_are_removed_in_bulk(operator: Client) -> None:
    ana, ben = UserFactory.create_batch(2)
    make_request(ana, ben)
    services.add_contact(owner=ana, person=ben)
    services.mute(actor=ana, target=ben)
    services.mute_keyword(actor=ana, keyword="cats")
    for model in (FriendRequest, Contact, Mute, KeywordMute):
        keys = [str(key) for key in model.objects.values_list("pk", flat=True)]
        path = reverse(f"admin:social_graph_{model._meta.model_name}_changelist")
        operator.post(path, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})
        assert not model.objects.exists()
    assert LogEntry.objects.count() == 4


def test_staff_without_the_right_remove_nothing() -> None:
    ana, ben = UserFactory.create_batch(2)
    make_friends(ana, ben)
    helper = Client()
    helper.force_login(UserFactory.create(is_staff=True))
    path = reverse("admin:social_graph_friendship_delete", args=[Friendship.objects.get(person=ana).pk])
    assert helper.post(path, {"post": "yes"}).status_code == 403
    assert Friendship.objects.count() == 2
    assert not LogEntry.objects.exists()
