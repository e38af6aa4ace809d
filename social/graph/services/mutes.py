"""Not wanting to see a person or a word, for a time or for good. Whoever is muted is not told."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.users.models import User
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.events.outbox import emit
from social.graph.events import MutesChanged
from social.graph.models import MAX_KEYWORD, KeywordMute, Mute

MAX_KEYWORDS = 100


def mute(*, actor: User, target: User, until: datetime | None = None) -> Mute:
    """Hide what ``target`` writes and does from ``actor``, until a moment or for good; muting again sets the end anew.

    Raises:
        Forbidden("mute_oneself"): the two are one.
        Invalid("until_in_past"): it would be over.
    Events: MutesChanged, unless it was muted until then already.
    """
    if actor == target:
        raise Forbidden("You cannot mute yourself.", code="mute_oneself")
    _check_end(until)
    with transaction.atomic():
        row, is_new = Mute.objects.select_for_update().get_or_create(muter=actor, muted=target, defaults={"until": until})
        if not is_new and row.until == until:
            return row
        row.until = until
        row.save(update_fields=["until"])
        emit(MutesChanged(muter_id=actor.pk))
        return row


def unmute(*, actor: User, target: User) -> bool:
    """Take a mute back. True when there was one. Events: MutesChanged."""
    with transaction.atomic():
        removed, _ = Mute.objects.filter(muter=actor, muted=target).delete()
        if removed:
            emit(MutesChanged(muter_id=actor.pk))
        return bool(removed)


def mute_keyword(*, actor: User, keyword: str, until: datetime | None = None) -> KeywordMute:
    """Hide posts with a word or phrase in them from ``actor``; muting it again sets the end anew.

    Case does not matter, and whole words are meant: "cat" hides no "education". In scripts that put no spaces between words, any place counts.

    Raises:
        Invalid("invalid_keyword"): it is empty or longer than MAX_KEYWORD.
        Invalid("until_in_past"): it would be over.
        Conflict("too_many_keywords"): MAX_KEYWORDS are muted.
    """
    keyword = " ".join(unicodedata.normalize("NFC", keyword.replace("\x00", "")).lower().split())
    if not keyword or len(keyword) > MAX_KEYWORD:
        raise Invalid(f"A word or phrase to mute has 1 to {MAX_KEYWORD} characters.", code="invalid_keyword")
    _check_end(until)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # so that two at once do not pass the limit together
        known = KeywordMute.objects.filter(muter=actor)
        if not known.filter(keyword=keyword).exists() and known.count() >= MAX_KEYWORDS:
            raise Conflict(f"{MAX_KEYWORDS} words are muted already.", code="too_many_keywords")
        row, _ = known.update_or_create(muter=actor, keyword=keyword, defaults={"until": until, "pattern": pattern_of(keyword)})
        return row


def unmute_keyword(*, actor: User, mute_id: UUID) -> None:
    """Take the mute of a word back. Raises NotFound."""
    removed, _ = KeywordMute.objects.filter(muter=actor, pk=mute_id).delete()
    if not removed:
        raise NotFound


def forget_ended_mutes() -> int:
    """Remove mutes whose time is up; they stopped by themselves. Returns how many."""
    over = Q(until__lte=timezone.now())
    return Mute.objects.filter(over).delete()[0] + KeywordMute.objects.filter(over).delete()[0]


def pattern_of(keyword: str) -> str:
    """The regular expression, in PostgreSQL's spelling, that finds ``keyword`` as words of their own."""
    words = r"\s+".join(re.escape(word) for word in keyword.split())
    begin, end = (r"\m" if _in_words(keyword[0]) else ""), (r"\M" if _in_words(keyword[-1]) else "")
    return f"{begin}{words}{end}"


def _in_words(character: str) -> bool:
    """Whether it stands in words that others are set apart from by spaces, as far as one character tells."""
    return character.isalnum() and unicodedata.east_asian_width(character) not in {"W", "F"} and unicodedata.category(character) != "Lo"


def _check_end(until: datetime | None) -> None:
    if until is not None and until <= timezone.now():
        raise Invalid("A mute ends in the future.", code="until_in_past")
