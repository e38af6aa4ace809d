"""Erasing while others return, write, tie themselves to the person, or are erased too."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from django.utils import timezone

from accounts.data import services
from accounts.data.models import Deletion
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import NotFound
from core.testing.threads import race
from social.graph import services as graph
from social.graph.models import Contact, Follow, FriendRequest, Friendship, PersonCounts
from social.graph.tests.factories import make_friends, make_request
from social.posts import services as posts
from social.posts.models import Comment, Post, PostLike
from social.posts.tests.factories import make_comment, make_post
from tests.leaving.world import assert_counts_are_exact, erase_now, let_time_come


@pytest.mark.django_db(transaction=True)
def test_of_returning_and_erasing_at_once_one_wins_wholly() -> None:
    for _ in range(5):
        person = UserFactory.create()
        post = make_post(person)
        deletion = services.request_deletion(user=person)
        let_time_come(deletion)

        def act(number: int, person: User = person, deletion: Deletion = deletion) -> Any:
            return services.erase(deletion_id=deletion.pk) if number % 2 else services.keep_account(user=person)

        race(act, threads=4)
        deletion.refresh_from_db()
        person.refresh_from_db()
        assert deletion.state in {"kept", "done"}
        assert person.is_active == (deletion.state == "kept")
        assert Post.objects.filter(pk=post.pk).exists() == (deletion.state == "kept")


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_while_leaving_is_hidden_and_goes_with_the_rest() -> None:
    person, other = UserFactory.create(), UserFactory.create()
    post = make_post(other)

    def act(number: int) -> Any:
        if number == 0:
            return services.request_deletion(user=person)
        return [make_post(person), make_comment(post, person), posts.like_post(actor=person, post=post), graph.follow(actor=person, target=other)]

    race(act, threads=6)
    assert not Post.objects.visible_to(other).filter(author=person).exists()
    deletion = Deletion.objects.get()
    let_time_come(deletion)
    services.erase(deletion_id=deletion.pk)
    for model, column in ((Post, "author"), (Comment, "author"), (PostLike, "user"), (Follow, "follower")):
        assert not model._base_manager.filter(**{column: person.pk}).exists(), model
    assert_counts_are_exact()


@pytest.mark.django_db(transaction=True)
def test_ties_made_while_somebody_is_erased_are_erased_or_refused() -> None:
    for _ in range(3):
        person = UserFactory.create()
        friend, *others = [UserFactory.create() for _ in range(4)]
        asked = make_request(person, friend)
        ties: list[Callable[[], Any]] = [
            partial(erase_now, person),
            partial(graph.accept_request, actor=friend, request_id=asked.pk),
            *(partial(graph.follow, actor=other, target=person) for other in others),
            *(partial(graph.request_friendship, actor=other, target=person) for other in others),
            *(partial(graph.add_contact, owner=other, person=person) for other in others),
        ]
        results = race(lambda number, ties=ties: ties[number](), threads=len(ties))  # type: ignore[misc]
        assert all(isinstance(result, NotFound) for result in results if isinstance(result, Exception)), results
        assert Deletion.objects.get(person=person).state == "done"
        assert not PersonCounts.objects.filter(pk=person.pk).exists()
        for model in (Follow, Friendship, FriendRequest, Contact):
            assert not model._base_manager.exists(), model
        assert_counts_are_exact()


@pytest.mark.django_db(transaction=True)
def test_two_erasures_with_likes_and_follows_between_them_stop_nobody() -> None:
    people = [UserFactory.create() for _ in range(4)]
    theirs = [make_post(person) for person in people]
    for person in people:
        for post in theirs:
            posts.like_post(actor=person, post=post)
            make_comment(post, person)
        for other in people:
            if other != person:
                graph.follow(actor=person, target=other)
                graph.add_contact(owner=person, person=other)
    for one, other in combinations(people, 2):
        make_friends(one, other)
    asked = [services.request_deletion(user=person) for person in people]
    for deletion in asked:
        let_time_come(deletion)
    race(lambda number: services.erase(deletion_id=asked[number].pk), threads=4)
    for deletion in asked:  # one that met another in the middle is tried again
        Deletion.objects.filter(pk=deletion.pk, state="erasing").update(due_at=timezone.now())
        services.erase(deletion_id=deletion.pk)
    assert set(Deletion.objects.values_list("state", flat=True)) == {"done"}
    assert not Post.objects.exists()
    assert_counts_are_exact()
