"""Chat over the socket. ``commands`` is what clients say, ``order`` that they get every message once and in order, ``typing`` who is writing."""

from chat.messages.sockets import commands, order, typing

__all__ = ["commands", "order", "typing"]
