"""What of this slice belongs to a person."""

from collections.abc import Iterator
from itertools import islice

from accounts.users.models import User
from core.personal_data import Document, Keeper, Row, Trace
from notifications.inbox import services, wording
from notifications.inbox.models import Notification
from notifications.inbox.selectors import complete

BATCH = 200


def notifications(person: User) -> Iterator[Row]:
    """As the inbox shows them, with nobody named whom the person cannot meet."""
    lines = Notification.objects.visible_to(person).select_related("actor").order_by("position").iterator(chunk_size=BATCH)
    while some := list(islice(lines, BATCH)):
        complete(person, some)
        for line in some:
            yield {"text": wording.sentence(line), "about": line.excerpt, "kind": line.kind, "at": line.updated_at, "read_at": line.read_at}


def erase(person: User) -> None:
    """The inbox, and what the inboxes of others tell of the person."""
    while services.forget_person(person_id=person.pk, limit=BATCH):
        continue


KEEPER = Keeper(
    name="notifications.inbox",
    documents=(Document("notifications", "Notifications", notifications),),
    erase=erase,
    traces=(
        Trace(field="notifications_inbox.Notification.recipient", document="notifications"),
        Trace(field="notifications_inbox.Notification.actor", unexported="It stands in the inbox of somebody else."),
        Trace(field="notifications_inbox.Cause.recipient", unexported="What a notification is made of, which is exported."),
        Trace(field="notifications_inbox.Cause.actor", unexported="It stands in the inbox of somebody else."),
    ),
)
