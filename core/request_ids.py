"""The id that ties an answer, its log lines and its error report together."""

import re
from uuid import uuid4

import structlog

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")


def accepted_request_id(offered: str | None) -> str:
    """``offered`` (the X-Request-ID header) when it is harmless in a log line, else a new id."""
    return offered if offered and SANE.match(offered) else str(uuid4())


def current_request_id() -> str:
    """The id of the request being answered by this thread or task; "" outside one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
