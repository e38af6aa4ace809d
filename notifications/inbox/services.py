"""Writes to the inbox. Each can be repeated without harm: handlers that call them run at least once."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.users.models import User
from chat.conversations.models import Membership
from chat.messages.models import Message
from core.errors import NotFound
from core.events.outbox import emit
from core.models import uuid7
from notifications.inbox.events import NotificationsAdded, NotificationsRead
from notifications.inbox.models import Cause, Kind, Notification
from notifications.inbox.selectors import complete
from social.graph import policies

# A line for each (person, conversation) given, or the unread one there is moved up. Never for messages that a line told of before, read or
# not. Rows come in locking order: two batches never wait for each other in a circle.
TELL_OF_MESSAGES = """
INSERT INTO notifications_inbox_notification AS line
    (id, created_at, recipient_id, kind, group_key, actor_id, actor_count, target_kind, target_id, path, text, up_to, position)
SELECT new.id, now(), new.recipient, 'message', new.group_key, new.actor, 1, 'conversation', new.conversation,
       '/chats/' || new.conversation || '/', '', new.up_to, new.id
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::bigint[])
     AS new(id, recipient, group_key, actor, conversation, up_to)
WHERE NOT EXISTS (
    SELECT 1 FROM notifications_inbox_notification old
    WHERE old.recipient_id = new.recipient AND old.group_key = new.group_key AND old.up_to >= new.up_to
)
ORDER BY new.recipient, new.group_key
ON CONFLICT (recipient_id, group_key) WHERE read_at IS NULL
DO UPDATE SET actor_id = excluded.actor_id, up_to = excluded.up_to, position = excluded.position WHERE line.up_to < excluded.up_to
RETURNING line.id, line.xmax = 0
"""


def notify(
    *,
    recipient: User,
    actor: User | None,
    kind: Kind,
    thing: str,
    path: str,
    target_kind: str = "",
    target_id: UUID | None = None,
    text: str = "",
    words: str = "",
) -> bool:
    """Tell ``recipient`` of ``thing``, joined to what is unread of its kind and target. True when it is news.

    Nobody hears of what they did themselves, of people they cannot meet or mute, of anything written (``words``) with a word they mute, or of
    the same thing twice. Events: NotificationsAdded.
    """
    if actor is not None and (actor == recipient or policies.is_blocked_between(actor, recipient) or policies.mutes(recipient, actor)):
        return False
    if words and policies.mutes_words(recipient, words):
        return False
    group_key = f"{kind.value}:{target_kind}:{target_id or ''}"
    first = {"kind": kind, "target_kind": target_kind, "target_id": target_id, "path": path, "text": text, "actor": actor}
    with transaction.atomic():
        line = _locked_line(recipient, group_key, first)
        known = line.causes.filter(actor=actor).exists()
        _, is_news = Cause.objects.get_or_create(recipient=recipient, thing=thing, defaults={"notification": line, "actor": actor})
        if not is_news:
            if not line.causes.exists():
                line.delete()
            return False
        line.actor, line.path, line.text, line.position = actor, path, text, uuid7()
        line.actor_count += 0 if known or actor is None else 1
        line.save(update_fields=["actor", "path", "text", "position", "actor_count"])
        emit(NotificationsAdded(notification_ids=[line.pk]))
        return True


def _locked_line(recipient: User, group_key: str, first: dict[str, Any]) -> Notification:
    """The unread line of the group, made if there is none."""
    while True:
        unread = Notification.objects.select_for_update().filter(recipient=recipient, group_key=group_key, read_at=None)
        if (line := unread.first()) is not None:
            return line
        Notification.objects.bulk_create([Notification(recipient=recipient, group_key=group_key, **first)], ignore_conflicts=True)


def withdraw(*, thing: str, recipient_id: UUID | None = None, read_too: bool = False) -> None:
    """Take back what was told of ``thing`` (to one person, or to all): a like that is gone leaves no unread line, a comment that is gone
    (``read_too``) none at all. Events: NotificationsRead for lines that went.
    """
    told = Q(thing=thing, recipient=recipient_id) if recipient_id else Q(thing=thing)
    with transaction.atomic():
        lines = Notification.objects.filter(pk__in=Cause.objects.filter(told).values("notification"))
        for line in _locked(lines if read_too else lines.unread()):
            line.causes.filter(told).delete()
            _shrink(line)


def separate(*, one_id: UUID, other_id: UUID) -> None:
    """Take out of each one's inbox what it tells of the other. Events: NotificationsRead for lines that went."""
    pairs = Q(recipient=one_id, actor=other_id) | Q(recipient=other_id, actor=one_id)
    with transaction.atomic():
        lines = Notification.objects.filter(pk__in=Cause.objects.filter(pairs).values("notification"))
        for line in _locked(lines):
            line.causes.filter(pairs).delete()
            _shrink(line)
        _remove(Notification.objects.filter(pairs, kind=Kind.MESSAGE))


def forget_person(*, person_id: UUID, limit: int) -> int:
    """Take away some of the inbox of somebody who is gone, and of what other inboxes tell of them. Returns how many lines, 0 when none was left.

    Events: NotificationsRead for lines that went.
    """
    with transaction.atomic():
        told = Cause.objects.filter(actor=person_id).exclude(recipient=person_id).order_by("notification").values("notification").distinct()[:limit]
        lines = _locked(Notification.objects.filter(pk__in=told))
        for line in lines:
            line.causes.filter(actor=person_id).delete()
            _shrink(line)
        theirs = Notification.objects.filter(Q(recipient=person_id) | Q(actor=person_id)).order_by("pk")
        keys = list(theirs.values_list("pk", flat=True)[:limit])
        _remove(Notification.objects.filter(pk__in=keys))
        return len(lines) + len(keys)


def forget_targets(*, target_ids: Iterable[UUID]) -> None:
    """Take away every line about things that are gone, in the same few statements for any number. Events: NotificationsRead, one for each inbox."""
    with transaction.atomic():
        _remove(Notification.objects.filter(target_id__in=list(target_ids)))


def tell_of_messages(*, message_ids: Iterable[UUID]) -> None:
    """Tell everyone in the conversations of these messages who has not read so far: one line a conversation, however many messages.

    A conversation that a block has closed since is told of to nobody.
    Three statements for any number of messages. Events: NotificationsAdded for lines that are new; ones that moved up make no sound.
    """
    sent = Message.objects.filter(pk__in=list(message_ids), deleted_at=None, sender__isnull=False)
    newest = sent.order_by("conversation_id", "sender_id", "-seq").distinct("conversation_id", "sender_id")
    latest: dict[UUID, list[tuple[int, UUID]]] = {}
    for conversation_id, sender_id, seq in newest.values_list("conversation_id", "sender_id", "seq"):
        latest.setdefault(conversation_id, []).append((seq, sender_id))
    rows = []
    members = Membership.objects.open().filter(conversation__in=latest).order_by("person", "conversation")
    for conversation_id, person_id, read_seq in members.values_list("conversation_id", "person_id", "read_seq"):
        unread = [(seq, sender_id) for seq, sender_id in latest[conversation_id] if sender_id != person_id and seq > read_seq]
        if unread:
            seq, sender_id = max(unread)
            rows.append((uuid7(), person_id, f"message:{conversation_id}", sender_id, conversation_id, seq))
    if not rows:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TELL_OF_MESSAGES, [list(column) for column in zip(*rows, strict=True)])
        new = [line_id for line_id, is_new in cursor.fetchall() if is_new]
        if new:
            emit(NotificationsAdded(notification_ids=new))


def messages_read(*, receipts: Iterable[tuple[UUID, UUID]]) -> None:
    """Mark what tells of messages as read once they are: for each (conversation, person), as far as the person has come.

    Events: NotificationsRead.
    """
    pairs = set(receipts)
    members = Membership.objects.filter(conversation__in={pair[0] for pair in pairs}, person__in={pair[1] for pair in pairs})
    for conversation_id, person_id, read_seq in members.values_list("conversation_id", "person_id", "read_seq"):
        if (conversation_id, person_id) in pairs:
            with transaction.atomic():
                line = Notification.objects.filter(recipient=person_id, group_key=f"message:{conversation_id}", up_to__lte=read_seq).unread()
                _mark(person_id, line)


def mark_read(*, viewer: User, notification_id: UUID) -> Notification:
    """Mark one line as read. Raises NotFound. Events: NotificationsRead, when it was not."""
    with transaction.atomic():
        lines = Notification.objects.visible_to(viewer).filter(pk=notification_id)
        _mark(viewer.pk, Notification.objects.filter(pk__in=lines).unread())
        line = lines.select_related("actor").first()
        if line is None:
            raise NotFound
        complete(viewer, [line])
        return line


def mark_all_read(*, viewer: User) -> int:
    """Mark every line as read. Returns how many were not. Events: NotificationsRead."""
    with transaction.atomic():
        marked = Notification.objects.filter(recipient=viewer).unread().update(read_at=timezone.now())
        if marked:
            emit(NotificationsRead(recipient_id=viewer.pk, notification_ids=[]))
        return marked


def delete_notification(*, viewer: User, notification_id: UUID) -> None:
    """Remove one line for good. Raises NotFound. Events: NotificationsRead."""
    with transaction.atomic():
        line = Notification.objects.visible_to(viewer).filter(pk=notification_id).first()
        if line is None:
            raise NotFound
        line.delete()
        emit(NotificationsRead(recipient_id=viewer.pk, notification_ids=[notification_id]))


def _mark(recipient_id: UUID, lines: Any) -> None:
    ids = list(lines.values_list("pk", flat=True))
    if ids and Notification.objects.filter(pk__in=ids).unread().update(read_at=timezone.now()):
        emit(NotificationsRead(recipient_id=recipient_id, notification_ids=ids))


def _locked(lines: Any) -> list[Notification]:
    ids = list(lines.values_list("pk", flat=True))
    return list(Notification.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _shrink(line: Notification) -> None:
    """Make a locked line tell of the causes it has left, or remove it."""
    last = line.causes.order_by("-pk").first()
    if last is None:
        _remove(Notification.objects.filter(pk=line.pk))
        return
    line.actor_id = last.actor_id
    line.actor_count = line.causes.values("actor").distinct().count()
    line.save(update_fields=["actor", "actor_count"])


def _remove(lines: Any) -> None:
    """Delete lines, their causes with them, and tell the recipients' sockets."""
    gone: dict[UUID, list[UUID]] = {}
    for line in _locked(lines):
        gone.setdefault(line.recipient_id, []).append(line.pk)
    Notification.objects.filter(pk__in=[pk for ids in gone.values() for pk in ids]).delete()
    for recipient_id, ids in gone.items():
        emit(NotificationsRead(recipient_id=recipient_id, notification_ids=ids))
