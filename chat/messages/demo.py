"""What the people of the demo world say to each other.

The conversations are the files in ``talks/``, one for two people, written like a play::

    ended: 6m ago
    unread: ana 2

    ben  Is it true?
    ana  It is.
    ~ 3h
    ben ^2  So it is.
         A second line of the same message.

``~`` is a pause, ``^2`` answers the message two back. ``unread`` is how many at the end that person has not read; ``undelivered``, how many have
not even reached a device. Everything else was read. Times count back from now, because a demo world is looked at when it is made.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chat.conversations.models import Conversation, Membership
from chat.conversations.services import create_direct
from chat.messages import services
from chat.messages.drafts import Draft, Sent
from chat.messages.models import Message
from chat.messages.services import Reached
from core.demo import DemoWorld, demo_step
from core.events import outbox

TALKS = Path(__file__).parent / "talks"
LINE = re.compile(r"(?P<speaker>\S+)(?: \^(?P<answers>\d+))?  (?P<words>.*)")
MORE = "     "  # begins a further line of the same message
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
SECONDS_TO_THINK = (15, 150)
CHARACTERS_A_SECOND = 4


@dataclass(slots=True)
class Line:
    """One message: who says it, how many messages back is what it answers (0: nothing), and the pause before it."""

    speaker: str
    words: str
    answers: int
    pause: timedelta


@dataclass(slots=True)
class Talk:
    """A conversation of two; ``unread`` and ``undelivered`` by username."""

    lines: list[Line] = field(default_factory=list)
    ended: timedelta = timedelta()
    unread: dict[str, int] = field(default_factory=dict)
    undelivered: dict[str, int] = field(default_factory=dict)


def talks() -> list[Talk]:
    """All of them, always in the same order."""
    return [read_talk(path.read_text(encoding="utf-8")) for path in sorted(TALKS.glob("*.txt"))]


def read_talk(text: str) -> Talk:
    """A talk from its script. Raises ValueError for a line that is none."""
    heading, _, script = text.partition("\n\n")
    talk = Talk()
    for line in heading.splitlines():
        match line.split():
            case ["ended:", duration, "ago"]:
                talk.ended = read_duration(duration)
            case ["unread:", person, count]:
                talk.unread[person] = int(count)
            case ["undelivered:", person, count]:
                talk.undelivered[person] = int(count)
            case _:
                raise ValueError(f"{line!r} is no heading of a talk")
    pause = timedelta()
    for line in script.splitlines():
        if line.startswith(MORE):
            talk.lines[-1].words += "\n" + line.removeprefix(MORE)
        elif line.startswith("~ "):
            pause = read_duration(line.removeprefix("~ "))
        elif found := LINE.fullmatch(line):
            talk.lines.append(Line(found["speaker"], found["words"], int(found["answers"] or 0), pause))
            pause = timedelta()
        else:
            raise ValueError(f"{line!r} is no line of a talk")
    return talk


def read_duration(text: str) -> timedelta:
    return timedelta(**{UNITS[text[-1]]: int(text[:-1])})


@demo_step(order=40)
def let_people_talk(world: DemoWorld) -> None:
    """Some twenty conversations of the last days, read up to different points."""
    now = timezone.now()
    for talk in talks():
        if {line.speaker for line in talk.lines} <= world.people.keys():
            hold(talk, world, ends_at=now - talk.ended)


def hold(talk: Talk, world: DemoWorld, *, ends_at: datetime) -> None:
    """Send what is said, note who got how far, and put it into the past."""
    speakers = list(dict.fromkeys(line.speaker for line in talk.lines))
    starter, other = (world.people[name] for name in speakers)
    conversation = create_direct(actor=starter, target=other)
    sent = say(talk, world, conversation)
    reached = [
        Reached(
            world.people[name].pk,
            conversation.pk,
            delivered_seq=len(sent) - talk.undelivered.get(name, 0),
            read_seq=len(sent) - max(talk.unread.get(name, 0), talk.undelivered.get(name, 0)),
        )
        for name in speakers
    ]
    moved = services.move_receipts(reached=reached)
    transaction.on_commit(lambda: outbox.hand_over(moved.recorded))
    put_into_the_past(conversation, dict(zip(sent, times(talk, world.random, ends_at), strict=True)))


def say(talk: Talk, world: DemoWorld, conversation: Conversation) -> list[UUID]:
    """Send every line, as many together as can be: an answer waits until what it answers has a key."""
    sent: list[UUID] = []
    recorded: list[outbox.Recorded] = []
    drafts: list[Draft] = []

    def send() -> None:
        batch = services.send_messages(drafts=drafts)
        sent.extend(result.id for result in batch.results if isinstance(result, Sent))
        recorded.extend(batch.recorded)
        drafts.clear()

    for number, line in enumerate(talk.lines):
        if line.answers:
            send()
        reply_to = sent[number - line.answers] if line.answers else None
        drafts.append(Draft(world.people[line.speaker].pk, conversation.pk, line.words, f"demo-{number}", reply_to))
    send()
    transaction.on_commit(lambda: outbox.hand_over(recorded))
    return sent


def times(talk: Talk, random: Random, ends_at: datetime) -> list[datetime]:
    """When each message was sent: the last one at ``ends_at``, the others before it by the time it takes to read, think and type."""
    moments = [ends_at]
    for line in reversed(talk.lines[1:]):
        typing = timedelta(seconds=random.randint(*SECONDS_TO_THINK) + len(line.words) // CHARACTERS_A_SECOND)
        moments.append(moments[-1] - line.pause - typing)
    return moments[::-1]


def put_into_the_past(conversation: Conversation, moments: dict[UUID, datetime]) -> None:
    """No service writes history, and none should: these rows are changed behind their backs, in a world that is made up anyway."""
    messages = list(Message.objects.filter(pk__in=moments))
    for message in messages:
        message.created_at = moments[message.pk]
    Message.objects.bulk_update(messages, ["created_at"])
    first, last = min(moments.values()), max(moments.values())
    Conversation.objects.filter(pk=conversation.pk).update(created_at=first, last_message_at=last)
    Membership.objects.filter(conversation=conversation).update(created_at=first, active_at=last)
