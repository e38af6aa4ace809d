"""What services raise when they will not do something. Doors translate: REST to a status, pages to a message, sockets to an ``error`` frame.

``code`` is part of the API and never changes; ``message`` is for people and may. Every code stands in one catalogue: those of core below,
those of a slice in its ``error_codes.py`` (``CODES = {"code": "What it means."}``). ``catalogue()`` has them all and the API page prints them.
"""

import re
from typing import Any, ClassVar

from core import slices

UNREADABLE = re.compile("[\x00\ud800-\udfff]")  # characters no text has

CODES = {
    "invalid": "The request has the right shape and makes no sense.",
    "validation_error": "Some fields are not right; `details.fields` lists them as `{attr, code, detail}`.",
    "parse_error": "The body is not JSON that we read: malformed, nested too deeply, or with characters no text has.",
    "invalid_characters": "The address holds characters no text has, such as NUL.",
    "invalid_cursor": "The cursor is not one of ours.",
    "invalid_limit": "`limit` is out of range.",
    "not_authenticated": "Sign in first: there is no session or token, or it has ended.",
    "forbidden": "You may see it and may not do this to it.",
    "csrf_failed": "A cookie-authenticated write came without its CSRF token.",
    "not_found": "It does not exist, or you may not know that it does.",
    "method_not_allowed": "This path does not answer that method.",
    "not_acceptable": "None of the media types in `Accept` is served.",
    "conflict": "The state of things has moved on.",
    "idempotency_in_progress": "A request with this `Idempotency-Key` is still being carried out; try again in a moment.",
    "idempotency_key_invalid": "An `Idempotency-Key` is 1 to 200 visible ASCII characters.",
    "idempotency_key_reused": "This `Idempotency-Key` was used with another body.",
    "body_too_large": "The body is larger than this path accepts.",
    "unsupported_media_type": "The body's `Content-Type` is not one this path reads.",
    "fetch_failed": "The address could not be fetched.",
    "fetch_refused": "We do not fetch from that address.",
    "fetch_timed_out": "The address took too long to answer.",
    "fetch_too_large": "The address holds more than we read.",
    "fetch_wrong_type": "The address holds another kind of thing than was wanted.",
    "captcha_failed": "The captcha was not solved, or its answer was used before.",
    "rate_limited": "Too many requests; `Retry-After` and `details.retry_after` say when to come back, in seconds.",
    "internal_error": "Something broke on our side. `details.request_id` finds it in our logs.",
    "unavailable": "Something Hubbub stands on does not answer. Nothing was changed; trying again is right.",
}


def catalogue() -> dict[str, str]:
    """Every error code the API may answer with, and what it means."""
    found = dict(CODES)
    for module in slices.load("error_codes"):
        found.update(module.CODES)
    return dict(sorted(found.items()))


class DomainError(Exception):
    """A refusal the caller can understand and act on."""

    status: ClassVar[int] = 400
    default_code: ClassVar[str] = "invalid"
    default_message: ClassVar[str] = "That cannot be done."

    def __init__(self, message: str = "", *, code: str = "", details: dict[str, Any] | None = None) -> None:
        self.code = code or self.default_code
        self.message = message or self.default_message
        self.details = details or {}
        super().__init__(self.message)


class Invalid(DomainError):
    """The request has the right shape and makes no sense."""


class NotFound(DomainError):
    """It does not exist, or the viewer may not know that it does. The two look the same."""

    status = 404
    default_code = "not_found"
    default_message = "There is nothing here."


class Forbidden(DomainError):
    """The viewer may see it and may not do this to it."""

    status = 403
    default_code = "forbidden"
    default_message = "You may not do that."


class Conflict(DomainError):
    """The state of things has moved on."""

    status = 409
    default_code = "conflict"
    default_message = "That no longer fits what is there."


class TooLarge(DomainError):
    """More bytes than are taken here."""

    status = 413
    default_code = "body_too_large"
    default_message = "That is larger than what is accepted here."


class RateLimited(DomainError):
    """Too much, too fast. ``retry_after`` is in seconds."""

    status = 429
    default_code = "rate_limited"
    default_message = "Too many requests. Try again in a moment."

    def __init__(self, retry_after: float, message: str = "", *, code: str = "", details: dict[str, Any] | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message, code=code, details={**(details or {}), "retry_after": retry_after})


class Unavailable(DomainError):
    """Something Hubbub stands on does not answer. Nothing was changed; trying again is right."""

    status = 503
    default_code = "unavailable"
    default_message = "That does not work right now. Try again in a moment."
