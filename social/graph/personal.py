"""What of this slice belongs to a person. Whoever is blocked, or blocks, does not exist in an archive but in the list of blocks."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from accounts.users.models import User
from accounts.users.personal import named
from core.personal_data import Document, Keeper, Row, Trace
from social.graph import services
from social.graph.models import Block, Follow, PersonCounts

BATCH = 200


def following(person: User) -> Iterator[Row]:
    for edge in Follow.objects.followed_by(person, person).order_by("id").iterator():
        yield {"username": named(edge.followed), "since": edge.created_at}


def followers(person: User) -> Iterator[Row]:
    for edge in Follow.objects.followers_of(person, person).order_by("id").iterator():
        yield {"username": named(edge.follower), "since": edge.created_at}


def blocks(person: User) -> Iterator[Row]:
    for edge in Block.objects.made_by(person).order_by("id").iterator():
        yield {"username": named(edge.blocked), "since": edge.created_at}


def erase(person: User) -> None:
    """Every edge, with the counts of those at its other end."""
    while services.forget_follows(person=person, limit=BATCH):
        continue
    with transaction.atomic():
        Block.objects.filter(Q(blocker=person) | Q(blocked=person)).delete()
        PersonCounts.objects.filter(pk=person.pk).delete()


KEEPER = Keeper(
    name="social.graph",
    documents=(
        Document("following", "People you follow", following),
        Document("followers", "People who follow you", followers),
        Document("blocks", "People you blocked", blocks),
    ),
    erase=erase,
    traces=(
        Trace(field="social_graph.Follow.follower", document="following"),
        Trace(field="social_graph.Follow.followed", document="followers"),
        Trace(field="social_graph.Block.blocker", document="blocks"),
        Trace(field="social_graph.Block.blocked", unexported="Nobody learns who blocks them."),
        Trace(field="social_graph.PersonCounts.person", unexported="Counts of rows that are exported."),
    ),
)
