"""What must not reach a log or an error report: tokens, cookies, passwords, codes, signed links."""

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"
SECRET_NAME = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|csrf|api_?key|access_?key|signature|session_?(key|id)|sid\b|jti|otp|recovery|dsn|credential",
    re.IGNORECASE,
)
HARMLESS_NAMES = frozenset({"request_id", "temp_id"})
OURS = frozenset({"timestamp", "level", "logger", "request_id", "user_id"})  # on every line, and nothing a stranger wrote
SCHEME = re.compile(r"\b(?:Bearer|Basic|Token)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
PATTERNS = [
    ("eyJ", re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*")),  # JWTs
    ("://", re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")),  # user:password@host
]
QUERY_VALUE = re.compile(r"([?&][^=&\s]+=)[^&\s\"']+")
SEGMENT = re.compile(r"(?<=/)[A-Za-z0-9_:=.~-]{24,}(?=[/?\s]|$)")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
QUERY_SHOWN = re.compile(r"[?&](?:cursor|limit|page|kind|after_seq)=\Z")
DEPTH = 6


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor: the event without what it must not say."""
    return {name: value if name in OURS else clean(value, name) for name, value in event.items()}


def clean(value: Any, name: str = "", depth: int = DEPTH) -> Any:
    """``value`` without secrets, told by the name it goes under and by how it looks."""
    if names_secret(name) and not isinstance(value, bool):
        return REDACTED
    if isinstance(value, str):
        return value if value.isalnum() else clean_text(value)  # a word hides nothing
    if isinstance(value, bytes):
        return clean_text(value.decode(errors="replace"))
    if depth and isinstance(value, Mapping):
        return {key: clean(item, str(key), depth - 1) for key, item in value.items()}
    if depth and isinstance(value, (list, tuple)):
        return [clean(item, "", depth - 1) for item in value]
    return value


@lru_cache(maxsize=1000)
def names_secret(name: str) -> bool:
    """Whether what goes under this name is one."""
    return name not in HARMLESS_NAMES and SECRET_NAME.search(name) is not None


def clean_text(text: str) -> str:
    """Text without credentials, and without the parts of addresses that could be one.

    Each pattern is tried only where the text has what it cannot do without: most texts have none of it.
    """
    if len(text.split(None, 1)) > 1:
        text = SCHEME.sub(REDACTED, text)
    for needed, pattern in PATTERNS:
        if needed in text:
            text = pattern.sub(REDACTED, text)
    if "=" in text:
        text = QUERY_VALUE.sub(lambda found: found.group(0) if QUERY_SHOWN.search(found.group(1)) else found.group(1) + REDACTED, text)
    if "/" in text:
        text = SEGMENT.sub(lambda found: found.group(0) if UUID.match(found.group(0)) else REDACTED, text)
    return text
