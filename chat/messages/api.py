"""Conversations and messages over REST. The shapes are those of the socket."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions.reading import Found, ReadEndpoint, Reader
from chat.conversations.services import clear_conversation, create_direct
from chat.messages import lanes, selectors, services
from chat.messages.drafts import Draft, clean_body, clean_temp_id
from chat.messages.models import Message
from chat.messages.serializers import (
    ConversationSerializer,
    DeleteQuery,
    DirectRequest,
    EditRequest,
    HistoryQuery,
    MessageRequest,
    MessageSerializer,
    ReadRequest,
    ReadSerializer,
    UnreadSerializer,
    conversation_shape,
    message_shape,
)
from core.api.idempotency import fingerprint_of
from core.api.paging import page_arguments, page_response
from core.api.renderers import encoder
from core.api.schema import operation
from core.api.views import Endpoint
from core.models import uuid7
from core.realtime.budget import spend
from social.graph.selectors import visible_person

HISTORY_LIMIT = 50


class Conversations(Endpoint):
    @operation("My conversations", response=ConversationSerializer, paged=True)
    def get(self, request: Request) -> Response:
        """Last spoken in first, with last message, unread count and the others' presence."""
        page = selectors.conversation_list(self.viewer, **self.page_arguments())
        return page_response(request, page, lambda rows: plain(map(conversation_shape, rows)))


class DirectConversations(Endpoint):
    @operation("Talk with somebody", request=DirectRequest, response=ConversationSerializer)
    def post(self, request: Request) -> Response:
        """The one direct conversation of the two, made where there is none yet."""
        target = visible_person(self.viewer, self.validated(DirectRequest)["user"])
        conversation = create_direct(actor=self.viewer, target=target)
        return Response(plain(conversation_shape(selectors.conversation_detail(self.viewer, conversation.pk))))


class OneConversation(Endpoint):
    @operation("A conversation", response=ConversationSerializer)
    def get(self, request: Request, conversation_id: UUID) -> Response:
        return Response(plain(conversation_shape(selectors.conversation_detail(self.viewer, conversation_id))))

    @operation("Delete a conversation for me", status=204)
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        """Out of my list and emptied, for me alone. The next message brings it back."""
        clear_conversation(actor=self.viewer, conversation_id=conversation_id)
        return Response(status=204)


class ConversationRead(Endpoint):
    @operation("Mark a conversation as read", request=ReadRequest, response=ReadSerializer)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """Up to a message, or all of it."""
        seq = self.validated(ReadRequest)["seq"]
        return self.answer(ReadSerializer, services.mark_read(actor=self.viewer, conversation_id=conversation_id, seq=seq))


class ConversationMessages(ReadEndpoint):
    @operation("The messages of a conversation", response=MessageSerializer, paged=True, parameters=[HistoryQuery])
    def get(self, request: Request, conversation_id: UUID) -> Response:
        """Newest first, 50 a page; ``after_seq`` asks for what came after a message, oldest first; ``around`` jumps to a message."""
        query, paging = self.validated_query(HistoryQuery), self.page_arguments(default_limit=HISTORY_LIMIT)
        if "after_seq" in query:
            page = selectors.history_after(self.viewer, conversation_id, after_seq=query["after_seq"], **paging)
        elif "around" in query and paging["cursor"] is None:
            page = selectors.history_around(self.viewer, conversation_id, message_id=query["around"], limit=paging["limit"])
        else:
            return self.answer_read(request, conversation_id=conversation_id)
        return page_response(request, page, lambda rows: plain(map(message_shape, rows)))

    @classmethod
    def read(cls, reader: Reader, params: Mapping[str, str], path: Mapping[str, Any]) -> Found:
        paging = page_arguments(params, default_limit=HISTORY_LIMIT)
        page = selectors.history_shapes(reader.viewer, path["conversation_id"], **paging, ask=reader.ask)
        return Found(encoder.encode(page.items), page.next)

    @operation("Send a message", request=MessageRequest, response=MessageSerializer, status=201)
    def post(self, request: Request, conversation_id: UUID) -> Response:
        """201 for a new message; 200 with the same message where its ``temp_id`` was sent before. Counts as ``message:send`` of the socket does."""
        spend(self.viewer.pk, "message:send")
        data = self.validated(MessageRequest)
        temp_id = clean_temp_id(data["temp_id"]) if data["temp_id"] else _name_of(request)
        sent = lanes.send(Draft(self.viewer.pk, conversation_id, clean_body(data["body"]), temp_id, data["reply_to"]))
        return Response(one_message(selectors.message_detail(self.viewer, sent.id)), status=201 if sent.is_new else 200)


class OneMessage(Endpoint):
    @operation("A message", response=MessageSerializer)
    def get(self, request: Request, message_id: UUID) -> Response:
        return Response(one_message(selectors.message_detail(self.viewer, message_id)))

    @operation("Edit a message of mine", request=EditRequest, response=MessageSerializer)
    def patch(self, request: Request, message_id: UUID) -> Response:
        return Response(one_message(services.edit_message(actor=self.viewer, message_id=message_id, **self.validated(EditRequest))))

    @operation("Delete a message", status=204, parameters=[DeleteQuery])
    def delete(self, request: Request, message_id: UUID) -> Response:
        """For everyone, where it is mine; with ``scope=me`` for me alone."""
        act = services.hide_message if self.validated_query(DeleteQuery)["scope"] == "me" else services.delete_message
        act(actor=self.viewer, message_id=message_id)
        return Response(status=204)


class UnreadMessages(Endpoint):
    @operation("How much I have not read", response=UnreadSerializer)
    def get(self, request: Request) -> Response:
        counts = selectors.unread_counts(self.viewer)
        return self.answer(UnreadSerializer, {"total": sum(counts.values()), "conversations": {str(pk): count for pk, count in counts.items()}})


def _name_of(request: Request) -> str:
    """What a message without a ``temp_id`` is called. With an ``Idempotency-Key`` the same request has the same name: the lane commits before the key
    is remembered, and a server may die in between."""
    key = request.headers.get("Idempotency-Key")
    return blake2b(f"{key} {fingerprint_of(request)}".encode(), digest_size=24).hexdigest() if key else uuid7().hex


def plain(shapes: Any) -> Any:
    """Socket structs as what the JSON renderer takes."""
    return msgspec.to_builtins(list(shapes) if isinstance(shapes, Iterable) else shapes)


def one_message(message: Message) -> Any:
    return plain(message_shape(message))
