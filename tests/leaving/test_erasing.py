"""What an erasure takes, and what it leaves to others."""

from collections import Counter
from dataclasses import replace
from unittest.mock import patch

import pytest
from allauth.socialaccount.models import SocialToken

from accounts.sessions import codes
from accounts.sessions.models import Code, Purpose
from accounts.users.models import User
from accounts.users.services import UsernameTaken, create_user, set_phone
from accounts.users.tests.factories import UserFactory
from chat.conversations.tests.factories import make_direct
from chat.messages.models import Message
from core import personal_data
from core.events.models import OutboxEvent
from core.mail.testing import delivered
from core.sms.models import OutgoingText
from core.sms.services import send_later as send_text
from core.storage import store
from social.graph import services as graph
from social.graph.models import Contact, ContactDigest, Follow, Friendship, Mute, PersonCounts
from social.graph.personal import KEEPER
from social.graph.tests.factories import make_friends
from social.posts import services as posts
from social.posts.models import Comment, CommentLike
from social.posts.tests.factories import make_comment, make_post
from tests.leaving.world import PHONE, World, assert_counts_are_exact, erase_now


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
