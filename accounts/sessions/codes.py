"""One-time codes: made, sent again, looked at once. What one is for, and what follows, is for ``identities`` to say.

Whoever asks gets a *code token*, which names the row and the issue of the code and is worth nothing without the code. Codes are made and
looked at alike whether or not anybody is behind them. Under the row's lock, so of any number of guesses at once five are looked at and one of
the right ones is let through. A new code brings no new tries: those are counted for a quarter of an hour, whatever was sent meanwhile.
"""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.sessions.models import Code, Purpose
from accounts.users.models import User
from core.errors import Invalid, RateLimited

DIGITS = 6
TRIES = 5
LIFETIME = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=30)
TRIES_COUNTED_FOR = timedelta(minutes=15)
KEPT = timedelta(hours=1)  # longer than tries are counted
SALT = "accounts.sessions.codes"


class CodeExpired(Invalid):
    """The code ran out, was used, was tried too often, or a later one was sent."""

    default_code = "code_expired"
    default_message = "This code no longer works. Ask for a new one."


class CodeWrong(Invalid):
    """Not the code. ``details.tries_left`` says how often one may still try."""

    default_code = "code_wrong"

    def __init__(self, tries_left: int) -> None:
        words = "That is not the code. " + (f"{tries_left} tries left." if tries_left else "Ask for a new one later.")
        super().__init__(words.replace("1 tries", "1 try"), details={"tries_left": tries_left})


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that is about to be sent. ``digits`` exist nowhere else."""

    code: Code
    digits: str

    @property
    def token(self) -> str:
        return signing.dumps([str(self.code.pk), self.code.issue], salt=SALT)


def issue(
    *, purpose: Purpose, destination: str, asked_from: str, user: User | None, is_hollow: bool = False, details: dict[str, Any] | None = None
) -> Issued:
    """A new code for ``destination``. The one before it stops working.

    Args:
        destination: lower-case address or E.164 number.
        asked_from: the network of whoever asks (``core.api.addresses.limit_key``).
        is_hollow: the code will lead nowhere.

    Raises: RateLimited within ``RESEND_AFTER`` of the last, and while its tries are used up.
    """
    key = {"purpose": purpose, "destination": destination, "asked_from": asked_from}
    with transaction.atomic():
        Code.objects.bulk_create([Code(**key)], ignore_conflicts=True)
        code = Code.objects.select_for_update().get(**key)
        code.user, code.is_hollow, code.details = user, is_hollow, details or {}
        return _renew(code)


def issue_again(*, token: str) -> Issued:
    """The same once more, for whoever holds the token of the last. Raises CodeExpired, RateLimited as ``issue``."""
    pk, number = _read(token)
    with transaction.atomic():
        code = Code.objects.select_for_update().filter(pk=pk, issue=number, spent_at=None, sent_at__gt=timezone.now() - TRIES_COUNTED_FOR).first()
        if code is None:
            raise CodeExpired
        return _renew(code)


def waiting(token: str) -> Code:
    """The row behind ``token``, to know where its code went. Raises CodeExpired."""
    pk, number = _read(token)
    code = Code.objects.select_related("user").filter(pk=pk, issue=number, spent_at=None).first()
    if code is None:
        raise CodeExpired
    return code


def spend(*, token: str, digits: str, accept: Callable[[Code], object] | None = None) -> Code:
    """Look at a guess. The right one is used up by it; what it was for is in the answer.

    A transaction of its own, never part of another: a wrong guess is remembered, whatever the caller does about it.

    Args:
        accept: asked about a right guess before it is used up. What it raises leaves the code as it was, so that whoever chose a password that
            will not do need not wait for another code; and only whoever has the code gets as far.

    Raises: CodeExpired, CodeWrong.
    """
    pk, number = _read(token)
    now = timezone.now()
    with transaction.atomic(durable=True):
        code = Code.objects.select_for_update(of=("self",)).select_related("user").filter(pk=pk, issue=number, spent_at=None).first()
        if code is None or code.expires_at is None or code.expires_at < now or code.tries >= TRIES:
            raise CodeExpired
        code.tries += 1
        right = constant_time_compare(code.digest, _digest(code, digits)) and not code.is_hollow
        won = code.details
        if right:
            if accept is not None:
                accept(code)
            code.spent_at, code.digest, code.details = now, "", {}
        code.save(update_fields=["tries", "spent_at", "digest", "details"])
    if not right:
        raise CodeWrong(TRIES - code.tries)
    code.details = won
    return code


def retry_after(code: Code) -> int:
    """Seconds until another code may be asked for."""
    return _seconds_until(code.sent_at + RESEND_AFTER) if code.sent_at else 0


def forget_codes() -> int:
    """Delete codes that nobody will use. Returns how many."""
    return Code.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()[0]


def _renew(code: Code) -> Issued:
    """Make the digits and note that they are sent now; the row is locked."""
    now = timezone.now()
    if code.tries_since is None or now - code.tries_since >= TRIES_COUNTED_FOR:
        code.tries, code.tries_since = 0, now
    if code.tries >= TRIES:
        raise RateLimited(_seconds_until(code.tries_since + TRIES_COUNTED_FOR), "Too many wrong codes. Try again later.")
    if code.sent_at is not None and now - code.sent_at < RESEND_AFTER:
        raise RateLimited(_seconds_until(code.sent_at + RESEND_AFTER), "A code was sent a moment ago.")
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    code.issue += 1
    code.digest = _digest(code, digits)
    code.sent_at, code.expires_at, code.spent_at = now, now + LIFETIME, None
    code.save()
    return Issued(code, digits)


def _digest(code: Code, digits: str) -> str:
    """Keyed by the site's secret: a million codes are soon tried against a plain hash, salted or not."""
    return salted_hmac(SALT, f"{code.pk}:{code.issue}:{digits}", algorithm="sha256").hexdigest()


def _read(token: str) -> tuple[UUID, int]:
    try:
        pk, number = signing.loads(token, salt=SALT)
        return UUID(pk), int(number)
    except (signing.BadSignature, ValueError, TypeError):
        raise CodeExpired from None


def _seconds_until(moment: datetime) -> int:
    return max(0, math.ceil((moment - timezone.now()).total_seconds()))
