"""Finding people by name, and by e-mail address or phone number where they allow it.

Ranked: the exact username, usernames and names that begin with the words, then those that look alike."""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from allauth.account.models import EmailAddress
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Greatest, Lower, Round, Upper

from accounts.users import phones
from accounts.users.models import User
from core.errors import Invalid
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from social.graph.models import Follow
from social.graph.querysets import lets_in, people_visible_to

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")  # what looks like one; no username and hardly a name does
NUMBER = re.compile(r"[+＋\d\s().\-‐–/]+")  # noqa: RUF001 - what looks like a phone number, as people and their keyboards write it
SHORTEST_FUZZY = 3  # characters; fewer look like everything
LIKENESS = "0.47"  # of trigrams in common, from which on names look alike: "rafaell kispe" finds Rafael Quispe


def people_called(viewer: User, text: str, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Others whom ``text`` may mean, the likeliest first; among equals those the viewer follows.

    A page goes on after the rank and username of the last person on the page before, so it costs two queries and repeats nobody.
    Of a whole e-mail address or mobile number it is its owner, if they allow that. Nothing is found for empty text. Raises Invalid("invalid_cursor").
    """
    text = _meant(text)
    if not text:
        return Page([], None)
    if ADDRESS.fullmatch(text):
        return Page(list(_people_at(viewer, text)), None)
    if phone := _number(text):
        return Page(list(_people_reached_by(viewer, phone, text)), None)
    limit = max(1, min(limit, MAX_LIMIT))
    followed = Exists(Follow.objects.filter(follower=viewer, followed=OuterRef("pk")))
    begins = Q(username__istartswith=text) | Q(display_name__istartswith=text) | Q(display_name__icontains=f" {text}")
    people: Any = (
        people_visible_to(viewer).exclude(pk=viewer.pk).annotate(handle=Lower("username"), upper=Upper("username"), name_upper=Upper("display_name"))
    )
    alike = Q(upper__trigram_word_similar=text) | Q(name_upper__trigram_word_similar=text) if len(text) >= SHORTEST_FUZZY else Q()
    # The words within a name, and the name as a whole: "anna fereira" is in "Hanna Ferreira" too, but "Ana Ferreira" has nothing besides.
    within = Greatest(TrigramWordSimilarity(text, "upper"), TrigramWordSimilarity(text, "name_upper"))
    likeness = (within + Greatest(TrigramSimilarity("upper", text), TrigramSimilarity("name_upper", text))) / 2
    people = people.filter(begins | alike if alike else begins).annotate(
        rank=Case(
            When(handle=text.lower(), then=Value(0)),
            When(begins & Q(followed), then=Value(1)),
            When(begins, then=Value(2)),
            default=Value(200) - Cast(Round(likeness * 100), IntegerField()),
            output_field=IntegerField(),
        )
    )
    if cursor:
        rank, handle = _decode(cursor)
        people = people.filter(Q(rank__gt=rank) | Q(rank=rank, handle__gt=handle))
    with transaction.atomic(), connection.cursor() as database:
        database.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [LIKENESS])
        found = list(people.order_by("rank", F("handle"))[: limit + 1])
    items = found[:limit]
    return Page(items, _encode(items[-1].rank, items[-1].handle) if len(found) > limit else None)


def is_address_or_number(text: str) -> bool:
    """Whether ``people_called`` takes the words for somebody's whole e-mail address or mobile number."""
    text = _meant(text)
    return bool(ADDRESS.fullmatch(text)) or _number(text) is not None


def _meant(text: str) -> str:
    return text.strip().removeprefix("@").strip()


def _people_at(viewer: User, address: str) -> Iterable[User]:
    """Whose confirmed e-mail address it is, where the person lets the viewer find them by it. One person at most."""
    confirmed = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), email__iexact=address, verified=True))
    people = people_visible_to(viewer).exclude(pk=viewer.pk).annotate(address=Lower("email"))
    return people.filter(confirmed, lets_in(viewer, "found_by_email"), address=address.lower())


def _number(text: str) -> str | None:
    """The whole mobile number that ``text`` is, if it is one."""
    if not NUMBER.fullmatch(text):
        return None
    try:
        return phones.normalise(text)
    except Invalid:
        return None


def _people_reached_by(viewer: User, phone: str, text: str) -> Iterable[User]:
    """Whose number it is, where the person lets the viewer find them by it, after whoever is called like that: digits make a username too."""
    people = people_visible_to(viewer).exclude(pk=viewer.pk).annotate(handle=Lower("username"))
    reached = Q(lets_in(viewer, "found_by_phone"), phone=phone)
    return people.filter(reached | Q(handle=text.lower())).order_by(Case(When(handle=text.lower(), then=0), default=1))


def _encode(rank: int, handle: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((rank, handle))).rstrip(b"=").decode()


def _decode(cursor: str) -> tuple[int, str]:
    try:
        return msgspec.json.decode(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=tuple[int, str])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor") from None
