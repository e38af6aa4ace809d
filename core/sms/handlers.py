"""Hands a text message to a worker as soon as it is committed."""

from core.events.registry import on
from core.sms import tasks
from core.sms.events import TextWritten


@on(TextWritten)
def deliver(event: TextWritten) -> None:
    tasks.deliver_text.delay(str(event.text_id))
