"""The chat pages: the list of conversations, a conversation, and finding somebody to talk to. Reading and sending work without script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.users.models import User
from chat.conversations.services import clear_conversation, create_direct
from chat.messages import lanes, selectors, services
from chat.messages.drafts import Draft, clean_body, clean_temp_id
from chat.messages.models import Message
from chat.messages.selectors import Listed
from chat.messages.wire import MessageNew
from core.errors import Invalid, NotFound, RateLimited
from core.models import uuid7
from core.paging import Page
from core.realtime.budget import spend
from social.graph.lookups import count_search
from social.graph.search import people_called
from social.graph.selectors import visible_person

PREVIEW_LENGTH = 120  # characters of the last message that a list shows
GROUP_WITHIN = timedelta(minutes=5)  # messages of one sender stand together; static/js/chat/messages.js groups live ones alike
# One to three pictograms, with what joins and colours them, and nothing else.
ONLY_EMOJI = re.compile(
    "(?:[\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23fa\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001f1e5\U0001f201-\U0001f3fa\U0001f400-\U0001faff][\ufe0f\u200d\U0001f3fb-\U0001f3ff]*\\s*){1,3}"
)
FRAGMENT = "X-Fragment"  # the part of a page a script asks for


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the list shows it."""

    id: UUID
    peer: User | None
    presence: str
    last_seq: int
    unread_count: int
    at: datetime | None
    preview: str


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the thread shows it to one person."""

    message: Message
    is_mine: bool
    state: str
    starts_day: bool
    ends_group: bool
    is_first_unread: bool

    @property
    def is_only_emoji(self) -> bool:
        """Shown large."""
        return not self.message.deleted_at and not self.message.reply_to_id and bool(ONLY_EMOJI.fullmatch(self.message.body))


@login_required
@require_safe
@vary_on_headers(FRAGMENT)
def chats(request: HttpRequest) -> HttpResponse:
    """The list, beside an empty thread on wide screens."""
    context = _list(request)
    if request.headers.get(FRAGMENT) == "list":
        return render(request, "chat/messages/_list.html", {**context, "open_id": request.GET.get("open", "")})
    return render(request, "chat/messages/chats.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers(FRAGMENT)
def chat(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation; a POST sends ``body`` and comes back here."""
    viewer = cast(User, request.user)
    error, status = "", 200
    if request.method == "POST":
        try:
            spend(viewer.pk, "message:send")
            temp_id = clean_temp_id(request.POST.get("temp_id") or uuid7().hex)
            lanes.send(Draft(viewer.pk, conversation_id, clean_body(request.POST.get("body", "")), temp_id))
            return redirect("chat", conversation_id)
        except (Invalid, RateLimited) as refusal:
            error, status = refusal.message, 429 if isinstance(refusal, RateLimited) else 422
    listed = selectors.conversation_detail(viewer, conversation_id)
    around = _message_id(request.GET.get("around", ""))
    if around:
        page = selectors.history_around(viewer, conversation_id, message_id=around)
    else:
        page = selectors.history(viewer, conversation_id, cursor=request.GET.get("cursor"))
    context = _thread(viewer, listed, page, marks_unread=not around and "cursor" not in request.GET)
    if request.headers.get(FRAGMENT) == "history":
        return render(request, "chat/messages/_history.html", context)
    context |= {"error": error, "body": request.POST.get("body", ""), "temp_id": uuid7().hex, "open_id": str(conversation_id)}
    return render(request, "chat/messages/chats.html", {**_list(request), **context}, status=status)


@login_required
@require_POST
def mark_read(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Everything in the conversation was read; for those whose browser does not say so by itself."""
    services.mark_read(actor=cast(User, request.user), conversation_id=conversation_id)
    return redirect("chat", conversation_id)


@login_required
@require_POST
def clear(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Delete a conversation for oneself."""
    clear_conversation(actor=cast(User, request.user), conversation_id=conversation_id)
    return redirect("chats")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_chat(request: HttpRequest) -> HttpResponse:
    """Find a person by ``q``; a POST of ``person`` (id or username) opens the conversation with them."""
    viewer = cast(User, request.user)
    if request.method == "POST":
        target = visible_person(viewer, request.POST.get("person", ""))
        return redirect("chat", create_direct(actor=viewer, target=target).pk)
    query = request.GET.get("q", "").strip()[:80]
    count_search(request, viewer, query)
    people = people_called(viewer, query).items
    return render(request, "chat/messages/chats.html", {**_list(request), "finding": True, "query": query, "people": people})


def _message_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound from None


def _list(request: HttpRequest) -> dict[str, Any]:
    viewer = cast(User, request.user)
    page = selectors.conversation_list(viewer, cursor=request.GET.get("list"), limit=30)
    return {"conversations": [_row(viewer, listed) for listed in page.items], "next_conversations": page.next, "viewer": viewer}


def _row(viewer: User, listed: Listed) -> Row:
    peer = listed.others[0].person if listed.others else None
    presence = listed.presence.get(peer.pk) if peer else None
    message = listed.last_message
    return Row(
        id=listed.membership.conversation_id,
        peer=peer,
        presence=(presence.state or "") if presence else "",
        last_seq=listed.membership.conversation.last_seq,
        unread_count=listed.membership.unread_count,
        at=message.created_at if message else None,
        preview=_preview(viewer, message) if message else "",
    )


def _preview(viewer: User, message: MessageNew) -> str:
    words = "Message deleted" if message.deleted_at else " ".join(message.body[:PREVIEW_LENGTH].split())
    return f"You: {words}" if message.sender == viewer.pk and not message.deleted_at else words


def _thread(viewer: User, listed: Listed, page: Page[Message], *, marks_unread: bool) -> dict[str, Any]:
    """What the thread's templates show: messages oldest first, and how far the other one got."""
    mine, other = listed.membership, listed.others[0] if listed.others else None
    delivered = other.delivered_seq if other else 0
    read = other.shown_read_seq if other and listed.sees_receipts else 0
    messages = list(reversed(page.items))
    newest = messages[-1].seq if messages else mine.conversation.last_seq
    return {
        "conversation": mine.conversation,  # read before the messages: what changes in between comes again over the socket
        "membership": mine,
        "peer": other.person if other else None,
        "presence": listed.presence.get(other.person_id) if other else None,
        "peer_delivered_seq": delivered,
        "peer_read_seq": read,
        "lines": _lines(viewer, messages, delivered=delivered, read=read, unread_after=mine.read_seq if marks_unread else None),
        "older": page.next,
        "is_detached": not marks_unread and newest < mine.conversation.last_seq,
        "mould": {"is_mine": True, "state": "sending"},  # what the script makes new messages from has every part
        "viewer": viewer,
    }


def _lines(viewer: User, messages: Sequence[Message], *, delivered: int, read: int, unread_after: int | None) -> list[Line]:
    lines: list[Line] = []
    days = [timezone.localtime(message.created_at).date() for message in messages]
    for place, message in enumerate(messages):
        is_mine = message.sender_id == viewer.pk
        is_unread = unread_after is not None and not is_mine and message.seq > unread_after
        state = "read" if message.seq <= read else "delivered" if message.seq <= delivered else "sent"
        following = messages[place + 1] if place + 1 < len(messages) else None
        ends_group = (
            following is None
            or days[place] != days[place + 1]
            or following.sender_id != message.sender_id
            or following.created_at - message.created_at > GROUP_WITHIN
        )
        starts_day = place == 0 or days[place] != days[place - 1]
        lines.append(Line(message, is_mine, state, starts_day=starts_day, ends_group=ends_group, is_first_unread=is_unread))
        if is_unread:
            unread_after = None
    return lines
