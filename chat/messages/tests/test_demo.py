"""The demo conversations: what the scripts say is what the tables hold."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.messages import demo
from chat.messages.demo import hold, read_talk, talks
from chat.messages.models import Message
from core.demo import DemoWorld

pytestmark = pytest.mark.django_db

SCRIPT = """ended: 2h ago
undelivered: ana 1

ana  Soup?
ben  Soup.
     Or bread.
~ 1d
ben ^2  Soup!
"""


def speakers_of(talk: demo.Talk) -> set[str]:
    return {line.speaker for line in talk.lines}


def world_of(*names: str) -> DemoWorld:
    return DemoWorld(people={name: UserFactory.create(username=name) for name in names})


def test_some_twenty_pairs_talk_at_the_times_and_read_as_far_as_their_scripts_say() -> None:
    scripts = talks()
    demo.let_people_talk(world_of(*sorted(set().union(*map(speakers_of, scripts)))))
    assert Conversation.objects.count() == len(scripts) >= 20
    for talk in scripts:
        names = speakers_of(talk)
        for name in names:
            place = Membership.objects.get(person__username=name, conversation__memberships__person__username=(names - {name}).pop())
            unread, undelivered = talk.unread.get(name, 0), talk.undelivered.get(name, 0)
            assert place.delivered_seq == len(talk.lines) - undelivered
            assert place.read_seq == len(talk.lines) - max(unread, undelivered)
            assert place.unread_count == max(unread, undelivered), "what is unread at the end is by the other"
    for conversation in Conversation.objects.all():
        moments: list[datetime] = list(conversation.messages.order_by("seq").values_list("created_at", flat=True))
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert conversation.created_at == moments[0]
        assert conversation.last_message_at == moments[-1]
        assert moments[-1] < timezone.now()
        assert set(conversation.memberships.values_list("active_at", flat=True)) == {moments[-1]}
    assert Membership.objects.filter(person__username="ana", unread_count__gt=0).count() >= 2


def test_each_two_people_talk_once_and_three_to_sixty_messages_long() -> None:
    pairs = [frozenset(speakers_of(talk)) for talk in talks()]
    assert all(len(pair) == 2 for pair in pairs)
    assert len(set(pairs)) == len(pairs)
    lengths = [len(talk.lines) for talk in talks()]
    assert min(lengths) >= 3
    assert 40 <= max(lengths) <= 60


def test_holding_a_talk_again_adds_nothing_and_chance_is_the_seed_alone() -> None:
    world, ends_at = world_of("ana", "ben"), timezone.now() - timedelta(hours=2)
    hold(read_talk(SCRIPT), world, ends_at=ends_at)
    before = list(Message.objects.order_by("seq").values_list("pk", "body", "created_at"))
    hold(read_talk(SCRIPT), DemoWorld(people=world.people), ends_at=ends_at)
    assert list(Message.objects.order_by("seq").values_list("pk", "body", "created_at")) == before


def test_a_script_has_answers_pauses_and_messages_of_several_lines() -> None:
    ends_at = timezone.now()
    hold(read_talk(SCRIPT), world_of("ana", "ben"), ends_at=ends_at)
    question, offer, answer = Message.objects.order_by("seq")
    assert offer.body == "Soup.\nOr bread."
    assert answer.reply_to == question
    assert answer.created_at == ends_at
    assert answer.created_at - offer.created_at > timedelta(days=1)


def test_people_who_are_not_there_are_left_out() -> None:
    demo.let_people_talk(world_of("ana"))
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("script", ["ended: soon\n\nana  Yes.", "read: all\n\nana  Yes.", "ended: 1h ago\n\nana Yes.", "ended: 1h ago\n\n~ a while"])
def test_a_script_that_cannot_be_read_is_refused(script: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_talk(script)
