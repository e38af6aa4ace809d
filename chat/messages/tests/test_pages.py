"""The chat pages, as a browser without script uses them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation, Membership
from chat.conversations.tests.factories import make_direct, make_pair
from chat.messages.models import Message
from chat.messages.services import send_message
from social.graph.services import block

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(client: Client) -> User:
    ana = UserFactory.create(username="ana", display_name="Ana Ferreira")
    client.force_login(ana)
    return ana


@pytest.fixture
def ben() -> User:
    return UserFactory.create(username="ben", display_name="Ben Okafor")


@pytest.fixture
def talk(ana: User, ben: User) -> Conversation:
    return make_direct(ana, ben)


def say(sender: User, conversation: Conversation, body: str) -> None:
    send_message(sender=sender, conversation_id=conversation.pk, body=body)


@pytest.mark.parametrize("path", ["/chats/", "/chats/new/", "/chats/01990000-0000-7000-8000-000000000000/"])
def test_strangers_are_sent_to_sign_in(path: str) -> None:
    assert Client().get(path)["Location"] == f"/sign-in/?next={path}"


def test_empty_list_invites(client: Client, ana: User) -> None:
    assert "No conversations yet" in client.get("/chats/").content.decode()


def test_list_shows_last_words_and_what_is_unread(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    say(ben, talk, "See you <b>tomorrow</b>")
    html = client.get("/chats/").content.decode()
    assert "Ben Okafor" in html
    assert "See you &lt;b&gt;tomorrow&lt;/b&gt;" in html
    assert 'data-unread="1"' in html
    assert 'data-badge="chats"' in html


def test_list_costs_the_same_for_any_number_of_conversations(client: Client, ana: User, count_queries: Callable[[Callable[[], object]], int]) -> None:
    def talk_with(people: int) -> None:
        for person in UserFactory.create_batch(people):
            say(person, make_direct(person, ana), "Hello")

    talk_with(2)
    few = count_queries(lambda: client.get("/chats/"))
    talk_with(6)
    assert count_queries(lambda: client.get("/chats/")) == few


def test_history_costs_the_same_for_any_number_of_messages(
    client: Client, ana: User, ben: User, talk: Conversation, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    say(ben, talk, "One")
    few = count_queries(lambda: client.get(f"/chats/{talk.pk}/"))
    for number in range(10):
        say(ben if number % 2 else ana, talk, f"Number {number}")
    assert count_queries(lambda: client.get(f"/chats/{talk.pk}/")) == few


def test_messages_are_shown_as_text_with_links(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    say(ben, talk, "<script>alert(1)</script> https://example.org/a")
    html = client.get(f"/chats/{talk.pk}/").content.decode()
    assert "<script>alert(1)" not in html
    assert 'href="https://example.org/a" rel="nofollow noopener noreferrer ugc"' in html


def test_unread_line_stands_before_the_first_new_message(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    say(ana, talk, "Mine")
    say(ben, talk, "First new")
    say(ben, talk, "Second new")
    html = client.get(f"/chats/{talk.pk}/").content.decode()
    assert html.count("data-unread-line") == 1
    assert html.index(">Mine<") < html.index("data-unread-line") < html.index("First new")


def test_messages_of_one_sender_stand_together_and_pictograms_alone_are_large(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    for author, words in ((ana, "One"), (ana, "Two"), (ben, "Three"), (ana, "👍🏽 ❤️"), (ben, "👍 fine"), (ben, "A day later")):
        say(author, talk, words)
    late = Message.objects.get(body="A day later")
    Message.objects.filter(pk=late.pk).update(created_at=late.created_at + timedelta(minutes=6))
    html = client.get(f"/chats/{talk.pk}/").content.decode()
    lines = {line.message.body: line for line in client.get(f"/chats/{talk.pk}/").context["lines"]}
    assert [body for body, line in lines.items() if line.ends_group] == ["Two", "Three", "👍🏽 ❤️", "👍 fine", "A day later"]
    assert [body for body, line in lines.items() if line.is_only_emoji] == ["👍🏽 ❤️"]
    assert "Today" in html


def test_form_sends_and_comes_back(client: Client, ana: User, talk: Conversation) -> None:
    response = client.post(f"/chats/{talk.pk}/", {"body": "Hello Ben", "temp_id": "t1"})
    assert response["Location"] == f"/chats/{talk.pk}/"
    client.post(f"/chats/{talk.pk}/", {"body": "Hello Ben", "temp_id": "t1"})
    assert [message.body for message in Message.objects.all()] == ["Hello Ben"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_refused_message_says_why_and_keeps_the_words(client: Client, ana: User, talk: Conversation, body: str) -> None:
    response = client.post(f"/chats/{talk.pk}/", {"body": body})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Message.objects.exists()


def test_conversations_of_others_do_not_exist(client: Client, ana: User) -> None:
    one, _, theirs = make_pair()
    say(one, theirs, "Between us")
    assert client.get(f"/chats/{theirs.pk}/").status_code == 404
    assert client.post(f"/chats/{theirs.pk}/", {"body": "Hello"}).status_code == 404
    assert client.post(f"/chats/{theirs.pk}/clear/").status_code == 404
    assert client.post(f"/chats/{theirs.pk}/read/").status_code == 404
    assert Message.objects.count() == 1


def test_blocked_people_are_neither_found_nor_written_to(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    block(actor=ben, target=ana)
    assert "Ben Okafor" not in client.get("/chats/new/", {"q": "ben"}).content.decode()
    assert client.post("/chats/new/", {"person": "ben"}).status_code == 404
    assert client.post(f"/chats/{talk.pk}/", {"body": "Hello"}).status_code == 404
    assert not Message.objects.exists()


def test_people_are_found_by_name_and_username_and_a_conversation_opens(client: Client, ana: User, ben: User) -> None:
    for query in ("be", "okaf"):
        assert "@ben" in client.get("/chats/new/", {"q": query}).content.decode()
    assert "Nobody found" in client.get("/chats/new/", {"q": "nobody-like-this"}).content.decode()
    assert client.post("/chats/new/", {"person": str(ben.pk)})["Location"] == f"/chats/{Conversation.objects.get().pk}/"


def test_history_goes_back_by_a_plain_link(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    for number in range(52):
        say(ben, talk, f"Number {number} of them")
    page = client.get(f"/chats/{talk.pk}/")
    assert "Number 51 of them" in page.content.decode()
    assert "Number 0 of them" not in page.content.decode()
    older = client.get(f"/chats/{talk.pk}/", {"cursor": page.context["older"]}, headers={"x-fragment": "history"}).content.decode()
    assert "Number 0 of them" in older
    assert "<html" not in older


def test_around_a_message_shows_it_in_its_place(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    for number in range(80):
        say(ben, talk, f"Number {number} of them")
    old = Message.objects.get(seq=10)
    html = client.get(f"/chats/{talk.pk}/", {"around": str(old.pk)}).content.decode()
    assert 'id="m10"' in html
    assert "data-detached" in html
    assert client.get(f"/chats/{talk.pk}/", {"around": "nonsense"}).status_code == 404


def test_reading_and_clearing_by_form(client: Client, ana: User, ben: User, talk: Conversation) -> None:
    say(ben, talk, "Hello")
    client.post(f"/chats/{talk.pk}/read/")
    assert Membership.objects.get(person=ana).unread_count == 0
    assert client.post(f"/chats/{talk.pk}/clear/")["Location"] == "/chats/"
    assert "Ben Okafor" not in client.get("/chats/").content.decode()


def test_script_gets_the_list_alone(client: Client, ana: User, talk: Conversation) -> None:
    html = client.get("/chats/", {"open": str(talk.pk)}, headers={"x-fragment": "list"}).content.decode()
    assert "<html" not in html
    assert 'aria-current="true"' in html
