"""Conversations and messages over REST."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.conversations.services import clear_conversation
from chat.conversations.tests.factories import make_direct, make_pair
from chat.messages import selectors, services, wire
from chat.messages.models import Message
from chat.messages.serializers import ConversationSerializer, MemberSerializer, MessageSerializer
from social.graph.services import block

pytestmark = pytest.mark.django_db
CountQueries = Callable[[Callable[[], object]], int]


def client_of(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def token_client(person: User) -> APIClient:
    """As apps come: by token, which is read a shorter way."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens_for(person).access_token}")
    return client


def say(sender: User, conversation: Conversation, *bodies: str) -> None:
    for body in bodies:
        services.send_message(sender=sender, conversation_id=conversation.pk, body=body)


def get(person: User, path: str, status: int = 200) -> Any:
    response = client_of(person).get(f"/api/v1/{path}")
    assert response.status_code == status, response.content
    return response.json()


def test_the_shapes_described_are_the_shapes_sent() -> None:
    for serializer, shape in (
        (MessageSerializer, wire.MessageNew),
        (ConversationSerializer, wire.ConversationShape),
        (MemberSerializer, wire.Member),
    ):
        assert set(serializer().fields) == set(shape.__struct_fields__)


def test_two_people_have_one_conversation_whoever_asks() -> None:
    ana, ben = UserFactory.create(), UserFactory.create()
    first = client_of(ana).post("/api/v1/conversations/direct", {"user": ben.username}).json()["data"]
    again = client_of(ben).post("/api/v1/conversations/direct", {"user": str(ana.pk)}).json()["data"]
    assert first["id"] == again["id"]
    assert [person["username"] for person in first["people"]] == [ben.username]


def test_refusals_of_direct_conversations_look_alike() -> None:
    ana, ben, private = UserFactory.create(), UserFactory.create(), UserFactory.create(messages_from="nobody")
    block(actor=ben, target=ana)
    answers = [client_of(ana).post("/api/v1/conversations/direct", {"user": str(user)}) for user in (ben.pk, private.pk, uuid4(), "no.such")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.json()["error"]) for answer in answers}) == 1
    assert not Conversation.objects.exists()


def test_sending_twice_with_one_temp_id_gives_the_same_message() -> None:
    ana, ben, conversation = make_pair()
    path = f"/api/v1/conversations/{conversation.pk}/messages"
    first = client_of(ana).post(path, {"body": "hello", "temp_id": "t1"})
    again = client_of(ana).post(path, {"body": "hello", "temp_id": "t1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["data"] == again.json()["data"]
    assert get(ben, "messages/unread")["data"] == {"total": 1, "conversations": {str(conversation.pk): 1}}


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001, "nul \0"])
def test_what_is_not_a_message_is_refused(body: str) -> None:
    ana, _, conversation = make_pair()
    assert client_of(ana).post(f"/api/v1/conversations/{conversation.pk}/messages", {"body": body}).status_code == 400
    assert not Message.objects.exists()


def test_the_list_goes_by_last_activity_and_pages() -> None:
    ana = UserFactory.create()
    conversations = [make_direct(ana, UserFactory.create()) for _ in range(5)]
    for conversation in reversed(conversations):
        say(ana, conversation, "hi")
    page = get(ana, "conversations?limit=3")
    rest = get(ana, f"conversations?limit=3&cursor={page['pagination']['next']}")
    assert [row["id"] for row in page["data"] + rest["data"]] == [str(conversation.pk) for conversation in conversations]
    assert page["data"][0]["last_message"]["body"] == "hi"
    assert rest["pagination"] == {"next": None, "has_more": False}


def test_the_list_takes_the_same_queries_for_any_number_of_conversations(count_queries: CountQueries) -> None:
    ana = UserFactory.create()
    counts = []
    for _ in range(2):
        for _ in range(4):
            say(ana, make_direct(ana, UserFactory.create(presence_shown_to="followed")), "hi")
        counts.append(count_queries(lambda: get(ana, "conversations")))
    assert counts[0] == counts[1]


def test_history_pages_newest_first_and_takes_the_same_queries_for_any_length(count_queries: CountQueries) -> None:
    ana, ben, conversation = make_pair()
    path = f"conversations/{conversation.pk}/messages"
    say(ana, conversation, *"123")
    few = count_queries(lambda: get(ben, path))
    say(ana, conversation, *"456789")
    assert count_queries(lambda: get(ben, path)) == few
    seen, cursor = [], ""
    while cursor is not None:
        page = get(ben, f"{path}?limit=4&cursor={cursor}")
        seen += [message["seq"] for message in page["data"]]
        cursor = page["pagination"]["next"]
    assert seen == list(range(9, 0, -1))


def test_counting_unread_conversations_ends_where_the_badge_does(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = UserFactory.create()
    for count in range(1, 5):
        other = UserFactory.create()
        say(other, make_direct(other, ana), "Hello")
        monkeypatch.setattr(selectors, "MOST_COUNTED", 3)
        assert selectors.unread_conversation_count(ana) == min(count, 3)


def test_history_says_of_each_message_what_the_message_itself_says() -> None:
    ana, ben, conversation = make_pair()
    say(ana, conversation, "One", "Two", "Three", "Four")
    one, two, three, four = Message.objects.filter(conversation=conversation).order_by("seq")
    Message.objects.filter(pk__in=[two.pk, four.pk]).update(reply_to=one)
    services.edit_message(actor=ana, message_id=two.pk, body="Second")
    services.delete_message(actor=ana, message_id=three.pk)
    shown = get(ben, f"conversations/{conversation.pk}/messages")["data"]
    assert shown == [get(ben, f"messages/{message.pk}")["data"] for message in (four, three, two, one)]
    assert shown[0]["reply_to"]["body"] == "One"
    services.hide_message(actor=ben, message_id=four.pk)
    assert [message["seq"] for message in get(ben, f"conversations/{conversation.pk}/messages")["data"]] == [3, 2, 1]


def test_history_after_a_number_is_oldest_first_and_around_a_message_has_it_in_the_middle() -> None:
    ana, ben, conversation = make_pair()
    say(ana, conversation, *"123456789")
    path = f"conversations/{conversation.pk}/messages"
    page = get(ben, f"{path}?after_seq=2&limit=4")
    rest = get(ben, f"{path}?after_seq=2&limit=4&cursor={page['pagination']['next']}")
    assert [message["seq"] for message in page["data"] + rest["data"]] == [3, 4, 5, 6, 7, 8, 9]
    fifth = Message.objects.get(seq=5)
    around = get(ben, f"{path}?around={fifth.pk}&limit=4")
    assert [message["seq"] for message in around["data"]] == [7, 6, 5, 4]
    older = get(ben, f"{path}?cursor={around['pagination']['next']}")
    assert [message["seq"] for message in older["data"]] == [3, 2, 1]
    get(ben, f"{path}?around={uuid4()}", 404)
    get(ben, f"{path}?cursor=nonsense", 400)


def test_messages_are_edited_deleted_and_hidden() -> None:
    ana, ben, conversation = make_pair()
    say(ana, conversation, "helo")
    path = f"/api/v1/messages/{Message.objects.get().pk}"
    assert client_of(ana).patch(path, {"body": "hello"}).json()["data"]["body"] == "hello"
    assert client_of(ben).patch(path, {"body": "mine"}).status_code == 403
    assert client_of(ben).delete(path).status_code == 403
    assert client_of(ben).delete(f"{path}?scope=me").status_code == 204
    assert client_of(ben).get(path).status_code == 404
    assert client_of(ana).delete(path).status_code == 204
    assert client_of(ana).get(path).json()["data"]["body"] == ""


def test_reading_over_rest() -> None:
    ana, ben, conversation = make_pair()
    say(ana, conversation, *"123")
    path = f"/api/v1/conversations/{conversation.pk}/read"
    assert client_of(ben).post(path, {"seq": 2}).json()["data"] == {"read_seq": 2, "unread_count": 1}
    assert client_of(ben).post(path).json()["data"] == {"read_seq": 3, "unread_count": 0}
    assert get(ana, f"conversations/{conversation.pk}")["data"]["people"][0]["read_seq"] == 3


@pytest.mark.parametrize("relation", ["stranger", "blocked", "blocker"])
def test_what_is_not_mine_is_not_there(relation: str) -> None:
    ana, ben, conversation = make_pair()
    say(ana, conversation, "secret")
    if relation != "stranger":
        block(actor=ana if relation == "blocked" else ben, target=ben if relation == "blocked" else ana)
    client = client_of(UserFactory.create() if relation == "stranger" else ben)
    own, message = f"/api/v1/conversations/{conversation.pk}", f"/api/v1/messages/{Message.objects.get().pk}"
    attempts = [
        client.get(own),
        client.delete(own),
        client.post(f"{own}/read"),
        client.get(f"{own}/messages"),
        client.post(f"{own}/messages", {"body": "x"}),
        client.get(message),
        client.patch(message, {"body": "x"}),
        client.delete(message),
        client.delete(f"{message}?scope=me"),
    ]
    assert [attempt.status_code for attempt in attempts] == [404] * len(attempts)
    assert client.get("/api/v1/conversations").json()["data"] == []
    assert client.get("/api/v1/messages/unread").json()["data"]["total"] == 0
    assert Message.objects.get().body == "secret"
    assert Membership.objects.filter(hidden_at=None, read_seq=0).count() == 2


def test_nobody_signed_in_gets_nothing() -> None:
    for path in ("conversations", "messages/unread", f"conversations/{uuid4()}", f"messages/{uuid4()}"):
        assert APIClient().get(f"/api/v1/{path}").status_code == 401


def test_the_admin_shows_who_and_when_and_never_what(admin_client: Any) -> None:
    ana, _, conversation = make_pair()
    say(ana, conversation, "between-us")
    for path in ("", f"{conversation.pk}/change/", f"?q={ana.username}"):
        page = admin_client.get(f"/admin/chat_conversations/conversation/{path}", follow=True)
        assert page.status_code == 200
        assert b"between-us" not in page.content


def test_a_conversation_whose_last_messages_the_viewer_deleted_shows_the_newest_one_left(count_queries: CountQueries) -> None:
    ana = UserFactory.create()
    counts = []
    for _ in range(2):
        for _ in range(3):
            ben = UserFactory.create()
            conversation = make_direct(ana, ben)
            say(ben, conversation, "first", "second", "third", "fourth")
            for seq in (3, 4):
                services.hide_message(actor=ana, message_id=Message.objects.get(conversation=conversation, seq=seq).pk)
        counts.append(count_queries(lambda: get(ana, "conversations")))
    assert {row["last_message"]["body"] for row in get(ana, "conversations")["data"]} == {"second"}
    assert get(ben, "conversations")["data"][0]["last_message"]["body"] == "fourth"
    assert counts[0] == counts[1]
    clear_conversation(actor=ana, conversation_id=conversation.pk)
    say(ben, conversation, "fifth")
    services.hide_message(actor=ana, message_id=Message.objects.get(conversation=conversation, seq=5).pk)
    assert get(ana, f"conversations/{conversation.pk}")["data"]["last_message"] is None


@pytest.mark.parametrize("mode", ["", "?after_seq=0", "?around={middle}", "?cursor={cursor}", "?after_seq=0&cursor={forward}"])
@pytest.mark.parametrize("as_app", [False, True])
def test_every_way_to_read_history_takes_the_same_queries_for_any_length(mode: str, as_app: bool, count_queries: CountQueries) -> None:
    ana, ben, conversation = make_pair()
    path = f"conversations/{conversation.pk}/messages"
    client = token_client(ben) if as_app else client_of(ben)

    def fill(count: int) -> None:
        for number in range(count):
            quoted = Message.objects.filter(conversation=conversation).order_by("?").values_list("pk", flat=True).first()
            sender = (ana, ben)[number % 2]
            services.send_message(sender=sender, conversation_id=conversation.pk, body=str(number), reply_to=quoted)

    def cost() -> int:
        middle = Message.objects.filter(conversation=conversation, seq__gte=3).order_by("seq").first()
        assert middle is not None
        after = get(ben, f"{path}?after_seq=0&limit=2")["pagination"]["next"]
        before = get(ben, f"{path}?limit=2")["pagination"]["next"]
        url = f"/api/v1/{path}{mode.format(middle=middle.pk, cursor=before, forward=after)}"
        client.get(url)  # what is prepared once a connection
        shown = []
        taken = count_queries(lambda: shown.extend(client.get(url).json()["data"]))
        assert len(shown) > 1
        return taken

    fill(6)
    few = cost()
    fill(20)
    assert cost() == few


@pytest.mark.parametrize("as_app", [False, True])
def test_the_list_takes_the_same_queries_whoever_is_in_it_and_whatever_was_said(as_app: bool, count_queries: CountQueries) -> None:
    ana = UserFactory.create()
    client = token_client(ana) if as_app else client_of(ana)
    counts, lengths = [], []
    for size in (2, 9):
        for number in range(size):
            ben = UserFactory.create(presence_shown_to=("everyone", "followed", "nobody")[number % 3])
            conversation = make_direct(ana, ben)
            if number % 4:
                say(ben, conversation, "question")
                services.send_message(sender=ana, conversation_id=conversation.pk, body="answer", reply_to=Message.objects.latest("id").pk)
        client.get("/api/v1/conversations")
        rows: list[Any] = []
        counts.append(count_queries(lambda rows=rows: rows.extend(client.get("/api/v1/conversations").json()["data"])))  # type: ignore[misc]
        lengths.append(len(rows))
    assert lengths == [2, 11]
    assert counts[0] == counts[1]
