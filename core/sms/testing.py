"""What tests look into instead of a telephone."""

from dataclasses import dataclass

from core.sms import services
from core.sms.models import OutgoingText


@dataclass(frozen=True, slots=True)
class Sent:
    to: str
    text: str


outbox: list[Sent] = []  # emptied before each test (``core.testing.plugin``)


class Memory:
    """The transport of tests."""

    def send(self, *, recipient: str, text: str) -> None:
        outbox.append(Sent(recipient, text))


def texted() -> list[Sent]:
    """Everything sent so far, after workers had a turn: in tests that never commit, nothing but this gives them one."""
    for text_id, attempts in OutgoingText.objects.filter(sent_at=None, failed_at=None).order_by("id").values_list("pk", "attempts"):
        services.deliver(text_id, attempt=attempts)
    return outbox
