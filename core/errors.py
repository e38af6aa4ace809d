"""What services raise when they will not do something. Doors translate: REST to a status, pages to a message, sockets to an ``error`` frame.

``code`` is part of the API and never changes; ``message`` is for people and may.
"""

from typing import Any, ClassVar


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
