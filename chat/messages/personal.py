"""What of this slice belongs to a person: their words, and in the archive what others wrote to them."""

from collections.abc import Iterator

from accounts.users.models import User
from accounts.users.personal import named
from chat.conversations.personal import left_to_nobody
from chat.messages.models import HiddenMessage, Message
from core.personal_data import Document, Keeper, Row, Trace

BATCH = 500


def messages(person: User) -> Iterator[Row]:
    """What the person can read today: not what was deleted, nor conversations that a block closes or that they cleared."""
    seen = Message.objects.visible_to(person).filter(deleted_at=None).select_related("sender", "reply_to").order_by("id")
    for message in seen.iterator(chunk_size=BATCH):
        yield {
            "conversation": message.conversation_id,
            "seq": message.seq,
            "from": named(message.sender),
            "body": message.body,
            "sent_at": message.created_at,
            "edited_at": message.edited_at,
            "answers": message.reply_to.seq if message.reply_to else None,
        }


def erase(person: User) -> None:
    """What nobody is left to read goes; other words stay with those they were written to."""
    HiddenMessage.objects.filter(person=person).delete()
    lost = Message.objects.filter(conversation__in=left_to_nobody(person).values("pk"))
    while keys := list(lost.values_list("pk", flat=True)[:BATCH]):
        Message.objects.filter(pk__in=keys).delete()


KEEPER = Keeper(
    name="chat.messages",
    documents=(Document("messages", "Messages", messages),),
    erase=erase,
    traces=(
        Trace(
            field="chat_messages.Message.sender",
            document="messages",
            kept="The conversations of others stay whole: the words stay, the name goes.",
        ),
        Trace(field="chat_messages.HiddenMessage.person", unexported="Messages the person does not want to see."),
    ),
)
