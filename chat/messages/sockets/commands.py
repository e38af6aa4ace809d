"""What clients say about conversations and messages."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from accounts.users.models import User
from chat.conversations.services import clear_conversation, create_direct
from chat.messages import services
from chat.messages.drafts import Draft, clean_body, clean_temp_id
from chat.messages.lanes import move_soon, send_soon
from chat.messages.models import MAX_TEMP_ID_LENGTH
from chat.messages.selectors import conversation_detail, conversation_list
from chat.messages.serializers import conversation_shape
from chat.messages.services import Reached
from chat.messages.sockets.typing import stop_typing
from chat.messages.wire import ConversationShape, conversation_room
from core.errors import NotFound
from core.realtime.connection import Connection
from core.realtime.registry import Inbound, command
from social.graph.selectors import visible_person

MAX_SEQ = 2**62
Seq = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]


class MessageSend(Inbound):
    """Words for a conversation. With the same ``temp_id`` again it is the same message again."""

    conversation: UUID
    body: str
    temp_id: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TEMP_ID_LENGTH)]
    reply_to: UUID | None = None


class MessageAck(msgspec.Struct, frozen=True, kw_only=True):
    """The message is kept: nothing that happens to the server takes it away again."""

    id: UUID
    seq: int
    temp_id: str
    created_at: datetime


class MessageEdit(Inbound):
    """Other words for a message of one's own."""

    id: UUID
    body: str


class MessageDelete(Inbound):
    """A message to take back for everyone, or to delete for oneself."""

    id: UUID
    scope: Literal["everyone", "me"] = "everyone"


class MessageReached(Inbound):
    """Everything up to message ``seq`` of a conversation."""

    conversation: UUID
    seq: Seq


class ConversationCreate(Inbound):
    """The id or username of whom to talk with."""

    user: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class ConversationName(Inbound):
    """Which conversation."""

    conversation: UUID


class ConversationSync(Inbound):
    """Which page of the list."""

    cursor: str | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50


class ConversationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations, last spoken in first. ``next`` is the cursor of the next page."""

    conversations: list[ConversationShape]
    next: str | None


@command("message:send", MessageSend, limits=["30/m", "5/s"], ack=MessageAck)
async def message_send(connection: Connection, data: MessageSend) -> MessageAck:
    """Say something. The ``ack`` comes once it is committed; ``message:new`` goes to everyone in the conversation."""
    sent = await send_soon(
        Draft(UUID(connection.user_id), data.conversation, clean_body(data.body), clean_temp_id(data.temp_id), data.reply_to, connection.id)
    )
    stop_typing(connection, data.conversation)
    return MessageAck(id=sent.id, seq=sent.seq, temp_id=data.temp_id, created_at=sent.created_at)


@command("message:edit", MessageEdit, limits=["30/m"])
def message_edit(connection: Connection, data: MessageEdit) -> None:
    """Change the words of a message of one's own."""
    services.edit_message(actor=_person(connection), message_id=data.id, body=data.body)


@command("message:delete", MessageDelete, limits=["60/m"])
def message_delete(connection: Connection, data: MessageDelete) -> None:
    """Take a message back for everyone, or delete it for oneself."""
    act = services.delete_message if data.scope == "everyone" else services.hide_message
    act(actor=_person(connection), message_id=data.id)


@command("message:delivered", MessageReached)
async def message_delivered(connection: Connection, data: MessageReached) -> None:
    """Everything up to ``seq`` reached this device. Others hear of it within moments, the last word only."""
    await _reach(connection, Reached(UUID(connection.user_id), data.conversation, delivered_seq=data.seq))


@command("message:read", MessageReached)
async def message_read(connection: Connection, data: MessageReached) -> None:
    """Everything up to ``seq`` was read. Others hear of it unless the person sends no read receipts."""
    await _reach(connection, Reached(UUID(connection.user_id), data.conversation, read_seq=data.seq))


@command("conversation:create", ConversationCreate, limits=["30/m"], ack=ConversationShape)
def conversation_create(connection: Connection, data: ConversationCreate) -> ConversationShape:
    """Open the one direct conversation with somebody."""
    person = _person(connection)
    conversation = create_direct(actor=person, target=visible_person(person, data.user))
    return conversation_shape(conversation_detail(person, conversation.pk))


@command("conversation:join", ConversationName, limits=["120/m"], ack=ConversationShape)
def conversation_join(connection: Connection, data: ConversationName) -> ConversationShape:
    """Look at one conversation as it stands. A socket hears of all of its person's conversations without asking."""
    return conversation_shape(conversation_detail(_person(connection), data.conversation))


@command("conversation:leave", ConversationName, limits=["60/m"])
def conversation_leave(connection: Connection, data: ConversationName) -> None:
    """Delete a conversation for oneself. The next message brings it back."""
    clear_conversation(actor=_person(connection), conversation_id=data.conversation)


@command("conversation:sync", ConversationSync, limits=["60/m"], ack=ConversationPage)
def conversation_sync(connection: Connection, data: ConversationSync) -> ConversationPage:
    """The list of conversations with last messages, unread counts and presence."""
    page = conversation_list(_person(connection), cursor=data.cursor, limit=data.limit)
    return ConversationPage(conversations=[conversation_shape(listed) for listed in page.items], next=page.next)


async def _reach(connection: Connection, reached: Reached) -> None:
    if conversation_room(reached.conversation_id) not in connection.rooms:
        raise NotFound
    await move_soon(reached)


def _person(connection: Connection) -> User:
    person: User = User.objects.get(pk=connection.user_id)
    return person
