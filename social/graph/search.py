"""Finding people by name, and by e-mail address or phone number where they allow it.

Ranked: the exact username; whose names begin with the words, those the viewer follows first; whose names look alike by every word; then who is
meant if letters were swapped, before whose names look like the text as it stands. The later are looked for only where there are not enough earlier.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from allauth.account.models import EmailAddress
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, QuerySet, TextField, UUIDField, Value, When
from django.db.models.functions import Cast, Concat, Greatest, Lower, Round, Upper

from accounts.users import phones
from accounts.users.models import User
from accounts.users.querysets import names
from core.errors import Invalid
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, SIZES, Page
from core.queries import Prepared, columns, somebody, take
from social.graph.models import Follow
from social.graph.querysets import lets_in, people_visible_to

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")  # what looks like one; no username and hardly a name does
NUMBER = re.compile(r"[+＋\d\s().\-‐–/]+")  # noqa: RUF001 - what looks like a phone number, as people and their keyboards write it
FUZZY = re.compile(r"\D{3,}")  # fewer characters look like everything, and digits like those of all who are numbered
WORD = re.compile(r"[^\W_]+")  # what trigrams are made of
# Of trigrams in common, from which on names look alike: a single word and a word of the names, words and parts of the names.
LIKENESS = {"pg_trgm.strict_word_similarity_threshold": "0.5", "pg_trgm.word_similarity_threshold": "0.47"}
LONGEST_SWAPPED = 12  # letters of a word that may have two of them swapped: each place is one more look at the index
LOOKED_AT = 200  # people who look alike, of whom the likeliest are shown: there is no end of them for a common name
EXACT, FOLLOWED, BEGINS = 0, 1, 2  # ranks; those of people who look alike are a hundred and more
EACH, SWAPPED, TEXT = 200, 400, 600  # the last ranks of those alike by each word, with letters swapped, by the text: less by the likeness in %
ALIKE = {True: (EACH - 100, EACH), False: (SWAPPED - 100, TEXT)}  # first and last ranks of those alike by each word, and of the others
NOBODY = "\U0010ffff"  # what no username comes after
Row = tuple[Any, ...]


def people_called(viewer: User, text: str, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Others whom ``text`` may mean, the likeliest first; among equals those the viewer follows.

    A page goes on after the rank and username of the last person on the page before, so it costs four queries at most and repeats nobody.
    Of a whole e-mail address or mobile number it is its owner, if they allow that. Nothing is found for text without a letter or digit: no index
    knows of anything else. Raises Invalid("invalid_cursor").
    """
    text = _meant(text)
    if not WORD.search(text):
        return Page([], None)
    if ADDRESS.fullmatch(text):
        return Page(list(_people_at(viewer, text)), None)
    if phone := _number(text):
        return Page(list(_people_reached_by(viewer, phone, text)), None)
    limit = max(1, min(limit, MAX_LIMIT))
    size = next(size for size in SIZES if size >= limit) + 1
    after = _decode(cursor) if cursor else (-1, "")
    rows = _those_who_begin(viewer, text, after, size)
    if len(rows) <= limit and FUZZY.fullmatch(text):
        rows += _those_alike(viewer, text, after, size, enough=limit + 1 - len(rows))
    return Page([take(User, row, 2) for row in rows[:limit]], _encode(*rows[limit - 1][:2]) if len(rows) > limit else None)


def _those_who_begin(viewer: User, text: str, after: tuple[int, str], size: int) -> list[Row]:
    """Who has the username, and whose names begin with the words."""
    rank, handle = after
    if rank > BEGINS:
        return []
    later = {name: handle if number == rank else "" if number > rank else NOBODY for name, number in RANKS.items()}
    return _beginning(viewer=viewer.pk, text=text, size=size, **later)


def _those_alike(viewer: User, text: str, after: tuple[int, str], size: int, *, enough: int) -> list[Row]:
    """Whose names look alike. Those who do by each word are not among the others once more."""
    words = WORD.findall(text)[: len(WORDS)]
    values: dict[str, Any] = {"viewer": viewer.pk, "text": text, "count": len(words), "size": size}
    values |= zip(WORDS, words, strict=False)
    values |= zip(PATTERNS, map(swapped, words), strict=False)
    rank, handle = after
    found: list[Row] = []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(['set_config(%s, %s, true)'] * len(LIKENESS))}", [part for pair in LIKENESS.items() for part in pair])
        for by_each, (first, last) in ALIKE.items():
            if rank <= last and len(found) < enough:
                found += _alike(**values, rank=rank, handle=handle, by_each=by_each, goes_on=rank >= first)
    return found


def _others(viewer: Any) -> Any:
    return people_visible_to(somebody(viewer)).exclude(pk=viewer).annotate(handle=Lower("username"), names=names())


def _begins(text: Any) -> Q:
    return Q(names__contains=Concat(Value(" "), Upper(text)))


def _begin(viewer: Any, text: Any, exact: Any, followed: Any, begins: Any, size: int) -> QuerySet[Any, Any]:
    """The first of each rank, each after a username of its own: so that it can be found along an index of usernames, too."""
    others, follows = _others(viewer), Exists(Follow.objects.filter(follower=viewer, followed=OuterRef("pk")))
    called = Q(handle=Lower(text))

    def first(rows: Any, rank: int, after: Any) -> Any:
        return rows.filter(handle__gt=after).annotate(rank=Value(rank)).order_by("handle").values_list("rank", "handle", *columns(User))[:size]

    like = others.filter(_begins(text)).exclude(called)
    with_followed, without = first(like.filter(follows), FOLLOWED, followed), first(like.exclude(follows), BEGINS, begins)
    found: QuerySet[Any, Any] = first(others.filter(called), EXACT, exact).union(with_followed, without, all=True)
    return found.order_by("rank", "handle")[:size]


def swapped(word: str) -> list[str]:
    """Patterns of what begins with a word as it would be with two neighbouring letters swapped: in a short one that leaves no part alike."""
    if not 2 < len(word) <= LONGEST_SWAPPED:
        return []
    meant = {word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)}
    return [f"% {one}%" for one in sorted(meant)]


def _each_alike(words: list[Any]) -> Q:
    """One word is like a word of the names: there are many it has parts in common with. Of several each is like a part: few names have all."""
    if len(words) == 1:
        return Q(names__trigram_strict_word_similar=words[0])
    return Q(*(Q(names__trigram_word_similar=word) for word in words))


def _each_typed(words: list[Any], patterns: list[Any]) -> Q:
    """Each word is there as it is, or with letters swapped."""
    # In upper case by PostgreSQL, as the names are; an array is so as text.
    upper = [Cast(Upper(Cast(swapped, TextField())), ArrayField(TextField())) for swapped in patterns]
    return Q(*(_begins(word) | Q(names__like_any=swapped) for word, swapped in zip(words, upper, strict=True)))


def _look_alike(
    viewer: Any,
    text: Any,
    first: Any,
    second: Any,
    third: Any,
    fourth: Any,
    first_swapped: Any,
    second_swapped: Any,
    third_swapped: Any,
    fourth_swapped: Any,
    rank: Any,
    handle: Any,
    count: int,
    by_each: bool,
    goes_on: bool,
    size: int,
) -> QuerySet[Any, Any]:
    """Of LOOKED_AT people who look alike by each of ``count`` words, or otherwise, the likeliest; of a page that ``goes_on`` those after somebody."""
    words, patterns = [first, second, third, fourth][:count], [first_swapped, second_swapped, third_swapped, fourth_swapped][:count]
    each, typed = _each_alike(words), _each_typed(words, patterns)
    others = _others(viewer).exclude(_begins(text))

    def some(alike: Q) -> Any:
        return others.filter(alike).values("pk")[:LOOKED_AT]

    if by_each:
        looked_at = some(each)
    else:
        # Each way keeps to the index, and who is alike by each word is left out of few: that is the dearest condition, and none an index answers.
        by_letters = others.filter(pk__in=some(typed)).exclude(each).values("pk")
        looked_at = by_letters.union(some(Q(names__trigram_word_similar=text) & ~each))
    last = Value(EACH) if by_each else Case(When(typed, then=SWAPPED), default=TEXT)
    # The words within the names, and each name as a whole: "anna fereira" is in "Hanna Ferreira" too, but "Ana Ferreira" has nothing besides.
    whole = Greatest(TrigramSimilarity("username", text), TrigramSimilarity("display_name", text))
    likeness = (TrigramWordSimilarity(text, names()) + whole) / 2
    people = User.objects.filter(pk__in=looked_at).annotate(handle=Lower("username"), names=names())
    ranked = people.annotate(rank=last - Cast(Round(likeness * 100), IntegerField()))
    if goes_on:
        ranked = ranked.filter(Q(rank__gt=rank) | Q(rank=rank, handle__gt=handle))
    likeliest: QuerySet[Any, Any] = ranked.order_by("rank", "handle").values_list("rank", "handle", *columns(User))[:size]
    return likeliest


RANKS = {"exact": EXACT, "followed": FOLLOWED, "begins": BEGINS}
_beginning = Prepared(_begin, planned_anew=True, viewer=UUIDField(), text=CharField(), exact=CharField(), followed=CharField(), begins=CharField())
WORDS = ("first", "second", "third", "fourth")
PATTERNS = tuple(f"{name}_swapped" for name in WORDS)
_alike = Prepared(
    _look_alike,
    planned_anew=True,
    viewer=UUIDField(),
    text=CharField(),
    rank=IntegerField(),
    handle=CharField(),
    **{name: CharField() for name in WORDS},
    **{name: ArrayField(TextField()) for name in PATTERNS},
)


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
        rank, handle = msgspec.json.decode(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True), type=tuple[int, str])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor") from None
    if "\x00" in handle:
        raise Invalid("This cursor is not one of ours.", code="invalid_cursor")
    return rank, handle
