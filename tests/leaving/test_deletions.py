"""The end of an account: hidden at once, kept if its person returns, erased whatever gets killed, and gone from every surface."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import combinations
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from allauth.socialaccount.models import SocialToken
from django.utils import timezone

from accounts.data import services
from accounts.data.models import TIME_TO_RETURN, Deletion
from accounts.data.services import deletions
from accounts.sessions import codes
from accounts.sessions.models import Code, Purpose, Session
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.services import UsernameTaken, create_user, set_phone, suspend_user
from accounts.users.tests.factories import UserFactory
from chat.conversations.tests.factories import make_direct
from chat.messages.models import Message
from core import personal_data
from core.errors import Conflict, Forbidden, NotFound
from core.events.models import OutboxEvent
from core.mail.testing import delivered
from core.sms.models import OutgoingText
from core.sms.services import send_later as send_text
from core.storage import store
from core.testing.threads import race
from social.graph import services as graph
from social.graph.models import Contact, ContactDigest, Follow, FriendRequest, Friendship, Mute, PersonCounts
from social.graph.personal import KEEPER
from social.graph.tests.factories import make_follow, make_friends, make_request
from social.posts import services as posts
from social.posts.models import Comment, CommentLike, Post, PostLike
from social.posts.tests.factories import make_comment, make_post
from tests.leaving.world import PHONE, World, erase_now, let_time_come, make_world


@pytest.fixture
def world(db: None) -> World:
    world = make_world()
    User.objects.filter(pk=world.ana.pk).update(is_staff=False)
    world.ana.refresh_from_db()
    return world


def assert_counts_are_exact() -> None:
    assert posts.reconcile_counts() == 0
    assert graph.reconcile_counts() == 0


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


def test_an_erased_person_is_nobody_and_the_conversations_of_others_stay_whole(world: World) -> None:
    deletion = erase_now(world.ana)
    ana = User.objects.get(pk=world.ana.pk)
    assert (ana.name, ana.email, ana.bio, ana.location, ana.avatar_key, ana.last_seen_at) == ("Deleted account", None, "", "", "", None)
    assert (ana.phone, ana.birth_date, ana.status_text, ana.cover_key, ana.is_private) == (None, None, "", "", False)
    assert "ana" not in ana.username
    assert not ana.has_usable_password()
    words = list(Message.objects.visible_to(world.ben).order_by("seq").values_list("sender__display_name", "body"))
    assert words[:2] == [("Deleted account", "Hello Ben, it is Ana"), ("Ben Okafor", "Hello Ana, it is Ben")]
    assert (deletion.state, deletion.address) == ("done", "")
    assert delivered()[-1].to == ["ana@example.com"]
    assert delivered()[-1].subject == "Your account is deleted"


def test_nothing_is_kept_by_the_number_or_address_of_an_erased_person(world: World) -> None:
    assert OutgoingText.objects.filter(recipient=PHONE).exists()
    assert Code.objects.filter(destination=PHONE, user=None).exists()
    erase_now(world.ana)
    assert not OutgoingText.objects.filter(recipient=PHONE).exists()
    assert not Code.objects.exists()
    assert not SocialToken.objects.exists()
    set_phone(user=world.ben, phone=PHONE)  # the number is free again
    assert User.objects.get(phone=PHONE) == world.ben


def test_what_is_kept_by_numbers_of_others_stays(world: World) -> None:
    send_text(recipient="+351919999999", text="Your code is 654321")
    codes.issue(purpose=Purpose.CHANGE_PHONE, destination="+351919999999", asked_from="127.0.0.1", user=world.ben)
    erase_now(world.ana)
    assert OutgoingText.objects.get().recipient == "+351919999999"
    assert Code.objects.get().user == world.ben


@pytest.mark.django_db(transaction=True)
def test_a_digest_kept_again_while_the_rest_is_erased_goes_in_the_end() -> None:
    person = UserFactory.create()
    erase = KEEPER.erase
    assert erase is not None

    def kept_again(person: User) -> None:
        erase(person)
        graph.refresh_digests(user_id=person.pk)
        assert ContactDigest.objects.filter(person=person).exists()

    with patch.dict(personal_data._keepers, {KEEPER.name: replace(KEEPER, erase=kept_again)}):
        deletion = erase_now(person)
    assert (deletion.state, deletion.last_error) == ("done", "")
    assert not ContactDigest.objects.filter(person=person).exists()


def test_the_objects_of_an_erased_person_are_gone_from_the_store(world: World) -> None:
    keys = [variant["key"] for upload in world.ana.uploads.all() for variant in upload.variants.values()]
    assert keys
    assert all(store.exists(key) for key in keys)
    erase_now(world.ana)
    assert not any(store.exists(key) for key in keys)


def test_counters_are_those_of_their_rows_afterwards(world: World) -> None:
    post = make_post(world.ben)
    posts.like_post(actor=world.ana, post=post)
    hidden = make_comment(post, world.ana)
    posts.hide_comment(comment=hidden)
    deleted = make_comment(post, world.ana)
    posts.delete_comment(actor=world.ana, comment=deleted)
    erase_now(world.ana)
    assert_counts_are_exact()
    post.refresh_from_db()
    assert (post.like_count, post.comment_count) == (0, 0)
    counts = PersonCounts.objects.get(pk=world.ben.pk)
    assert (counts.follower_count, counts.following_count, counts.friend_count) == (0, 0, 0)
    assert not PersonCounts.objects.filter(pk=world.ana.pk).exists()


def test_edges_are_erased_to_the_last_in_batches(world: World) -> None:
    for _ in range(5):
        other = UserFactory.create()
        graph.follow(actor=other, target=world.ana)
        make_friends(world.ana, other)
        graph.add_contact(owner=other, person=world.ana)
        graph.mute(actor=other, target=world.ana)
    with patch("social.graph.personal.BATCH", 2):
        erase_now(world.ana)
    for model, column in ((Follow, "followed"), (Friendship, "friend"), (Contact, "person"), (Mute, "muted")):
        assert not model._base_manager.filter(**{column: world.ana.pk}).exists(), model
    assert_counts_are_exact()


def test_the_end_of_every_tie_of_an_erased_person_is_an_event(world: World) -> None:
    OutboxEvent.objects.all().delete()
    erase_now(world.ana)
    heard = Counter(name for name in OutboxEvent.objects.values_list("name", flat=True) if name.startswith("social.graph."))
    assert heard == {
        "social.graph.Unfollowed": 2,
        "social.graph.Unfriended": 1,
        "social.graph.FollowRequestClosed": 2,
        "social.graph.FriendRequestClosed": 2,
    }


def test_a_comment_that_was_answered_leaves_an_empty_place_and_the_others_nothing(world: World) -> None:
    erase_now(world.ana)
    left = Comment.objects.get(author=world.ana)
    assert left == world.answered
    assert (left.body, left.like_count, left.deleted_at is not None) == ("-", 0, True)
    assert Comment.objects.visible_to(world.carla).get(pk=world.answer.pk).parent_id == left.pk
    assert not CommentLike.objects.filter(comment=left).exists()


def test_a_conversation_nobody_is_left_to_read_goes(world: World) -> None:
    one, other = UserFactory.create(), UserFactory.create()
    conversation = make_direct(one, other)
    erase_now(one)
    assert Message.objects.filter(conversation=world.conversation).exists()
    assert type(conversation).objects.filter(pk=conversation.pk).exists()
    erase_now(other)
    assert not type(conversation).objects.filter(pk=conversation.pk).exists()


@pytest.mark.parametrize("name", ["ana", "ANA", "Ana"])
def test_nobody_ever_gets_the_name_of_somebody_who_is_gone(world: World, name: str) -> None:
    erase_now(world.ana)
    with pytest.raises(UsernameTaken):
        create_user(username=name, email="new@example.com")
    assert not User.objects.filter(email="new@example.com").exists()
    create_user(username="anna", email="ana@example.com")  # the address is free again


class Killed(BaseException):
    """What a ``kill -9`` looks like to code that catches exceptions."""


@pytest.mark.parametrize("victim", [keeper.name for keeper in personal_data.erasers()])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_any_two_steps_it_goes_on_where_it_was(world: World, victim: str, moment: str) -> None:
    deletion = services.request_deletion(user=world.ana)
    let_time_come(deletion)
    note_step = deletions._note_step

    def die_before(deletion: Deletion, name: str) -> bool:
        if name == victim:
            raise Killed  # its rows are gone, and nobody has written that down
        return note_step(deletion, name)

    def die_after(deletion: Deletion, name: str) -> bool:
        kept = note_step(deletion, name)
        if name == victim:
            raise Killed
        return kept

    with patch.object(deletions, "_note_step", die_before if moment == "before" else die_after), pytest.raises(Killed):
        services.erase(deletion_id=deletion.pk)
    with pytest.raises(Conflict):
        services.keep_account(user=world.ana)
    assert services.due_deletions() == []
    with time_machine.travel(timezone.now() + deletions.LEASE + timedelta(seconds=1)):
        assert services.due_deletions() == [deletion.pk]
        services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert (deletion.state, deletion.attempts) == ("done", 2)
    assert deletion.steps == [keeper.name for keeper in personal_data.erasers()]
    assert_counts_are_exact()


def test_what_goes_wrong_is_noted_and_tried_again(world: World) -> None:
    deletion = services.request_deletion(user=world.ana)
    let_time_come(deletion)
    with patch.object(store, "delete", side_effect=OSError("the store is away")):
        services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert deletion.state == "erasing"
    assert "the store is away" in deletion.last_error
    assert not User.objects.active().filter(pk=world.ana.pk).exists()
    Deletion.objects.update(due_at=timezone.now())
    services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert (deletion.state, deletion.last_error) == ("done", "")


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_are_one_deletion_and_one_mail() -> None:
    person = UserFactory.create()
    results = race(lambda _: services.request_deletion(user=person), threads=6)
    assert len({result.pk for result in results if isinstance(result, Deletion)}) == 1
    assert Deletion.objects.count() == 1
    assert len(delivered()) == 1


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
