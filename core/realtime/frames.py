"""What a frame is: the bases of all frame types, the outbound ones by name, and how one is written. Slices import these from ``registry``."""

from functools import lru_cache
from typing import Any, ClassVar, cast

import msgspec
from websockets.frames import Frame, Opcode


class Inbound(msgspec.Struct, kw_only=True):
    """Base of what clients send. Unknown fields are ignored, so that newer clients may talk to older servers."""


outbound: dict[str, "type[Outbound]"] = {}


class OutboundMeta(msgspec.StructMeta):
    """Takes the name on the wire as a class argument and enters the type in ``outbound``."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, type: str = "", **options: Any) -> "OutboundMeta":  # noqa: A002
        cls: Any = super().__new__(mcs, name, bases, namespace, **{"frozen": True, "kw_only": True, **options})
        cls.type = type
        if bases[0] is not msgspec.Struct:
            known = outbound.get(type)
            if not type or (known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__)):
                raise RuntimeError(f"{name} needs a frame type of its own, not {type!r}")
            outbound[type] = cls
        return cast("OutboundMeta", cls)


class Outbound(msgspec.Struct, metaclass=OutboundMeta):
    """Base of what the server sends. The class argument ``type`` is the name on the wire; its fields are ``data``."""

    type: ClassVar[str]


def frame(message: Outbound) -> str:
    """``message`` as it goes over the wire. Made once, however many get it."""
    return encode({"type": message.type, "data": message}).decode()


@lru_cache(maxsize=4)
def on_the_wire(text: str) -> bytes:
    """A text frame (RFC 6455 5.2, neither masked nor compressed) as bytes: whoever writes the same to a whole room makes it once."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


encode = msgspec.json.Encoder().encode
