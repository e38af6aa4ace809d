"""What the echo says."""

from core.realtime.registry import Outbound


class Said(Outbound, type="test:said"):
    """Somebody said something in a room."""

    words: str
