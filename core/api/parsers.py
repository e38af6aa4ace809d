"""Reading bodies that strangers wrote: bounded in size and depth, and without characters PostgreSQL or UTF-8 cannot hold."""

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.errors import TooLarge

MAX_DEPTH = 32


class JSONParser(BaseParser):
    """JSON, strictly: UTF-8, no NaN, no lone surrogates, no NUL, at most MAX_DEPTH levels, at most ``API_MAX_BODY`` bytes."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read(settings.API_MAX_BODY + 1)
        if len(raw) > settings.API_MAX_BODY:
            raise TooLarge
        try:
            value = msgspec.json.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise ParseError("The body is not JSON that we can read.") from None
        check(value)
        return value


def check(value: Any) -> None:
    """Raises ParseError for text with NUL in it and for nesting nobody needs."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, str):
                if "\x00" in item:
                    raise ParseError("The body holds a NUL character.")
            elif isinstance(item, dict):
                deeper.extend(item.keys())
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        if not deeper:
            return
        level = deeper
    raise ParseError("The body is nested too deeply.")
