"""Friends, requests, contacts, people and mutes on pages, with and without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.models import uuid7
from social.graph import policies, services
from social.graph.models import Contact, DismissedSuggestion, Follow, FriendRequest, KeywordMute, Mute
from social.graph.tests.factories import make_friends, make_request

pytestmark = pytest.mark.django_db
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ana() -> User:
    return UserFactory.create(username="ana")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(username="ben", display_name="Ben")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def test_the_button_of_a_profile_says_how_the_two_stand(browser: Client, ana: User, ben: User) -> None:
    def shown() -> str:
        return browser.get("/ben/").content.decode()

    assert 'value="ask"' in shown()
    request = make_request(ana, ben)
    assert 'value="cancel"' in shown()
    services.decline_request(actor=ben, request_id=request.pk)
    assert 'value="cancel"' in shown(), "that it was declined is not told"
    FriendRequest.objects.all().delete()
    make_request(ben, ana)
    assert 'value="accept"' in shown()
    assert 'value="decline"' in shown()
    services.request_friendship(actor=ana, target=ben)
    assert "You and Ben are friends" in shown()
    User.objects.filter(pk=ben.pk).update(friend_requests_from="nobody")
    services.remove_friend(actor=ana, friend=ben)
    assert 'value="ask"' not in shown()


def test_asking_accepting_and_parting_without_scripts(browser: Client, ana: User, ben: User) -> None:
    assert 'name="message"' in browser.get("/ben/friend/").content.decode()
    answer = browser.post("/ben/friend/", {"act": "ask", "message": "Hello"})
    assert (answer.status_code, answer["Location"]) == (302, "/ben/")
    assert FriendRequest.objects.received_by(ben).get().message == "Hello"
    his = Client()
    his.force_login(ben)
    assert "Hello" in his.get("/friends/requests/").content.decode()
    his.post("/ana/friend/", {"act": "accept", "next": "/friends/requests/"})
    assert policies.are_friends(ana, ben)
    assert "/ben/" in browser.get("/friends/").content.decode()
    browser.post("/ben/friend/", {"act": "remove"})
    assert not policies.are_friends(ana, ben)


def test_words_of_a_request_stand_where_it_is_answered_and_taken_back(browser: Client, ana: User, ben: User) -> None:
    asked = make_request(ben, ana, "Hello <b>Ana</b>,\nfrom the kiln")
    stranger, his = Client(), Client()
    stranger.force_login(UserFactory.create())
    his.force_login(ben)
    for client, path in ((browser, "/ben/friend/"), (his, "/ana/friend/")):
        assert "Hello &lt;b&gt;Ana&lt;/b&gt;,<br>from the kiln" in client.get(path).content.decode()
    for path in ("/ben/friend/", "/ana/friend/"):
        assert "kiln" not in stranger.get(path).content.decode()
    services.decline_request(actor=ana, request_id=asked.pk)
    assert "kiln" not in browser.get("/ben/friend/").content.decode()
    assert "kiln" in his.get("/ana/friend/").content.decode(), "that it was declined is not told"


def test_the_button_changes_in_place(browser: Client, ana: User, ben: User) -> None:
    fragment = browser.post("/ben/friend/", {"act": "ask", "size": "sm"}, **HTMX).content.decode()
    assert 'value="cancel"' in fragment
    assert "<html" not in fragment
    assert 'value="ask"' in browser.post("/ben/friend/", {"act": "cancel"}, **HTMX).content.decode()


@pytest.mark.parametrize("act", ["accept", "decline", "cancel", "nonsense", ""])
def test_what_no_longer_fits_is_not_found_and_changes_nothing(browser: Client, ana: User, ben: User, act: str) -> None:
    assert browser.post("/ben/friend/", {"act": act}).status_code == 404
    assert browser.post("/friends/requests/", {"answer": act, "request": str(uuid7())}).status_code == 404
    assert browser.post("/friends/requests/", {"answer": "accept", "request": "x"}).status_code == 404
    assert not FriendRequest.objects.exists()
    assert not policies.are_friends(ana, ben)


def test_a_refusal_is_told_where_one_comes_back_to(browser: Client, ana: User, ben: User) -> None:
    User.objects.filter(pk=ben.pk).update(friend_requests_from="nobody")
    answer = browser.post("/ben/friend/", {"act": "ask"}, follow=True)
    assert "do not take friend requests" in answer.content.decode()
    assert not FriendRequest.objects.exists()


def test_requests_are_answered_from_their_page(browser: Client, ana: User, ben: User) -> None:
    cem, dia = UserFactory.create_batch(2)
    accepted, declined, sent = make_request(ben, ana), make_request(cem, ana), make_request(ana, dia)
    browser.post("/friends/requests/", {"answer": "accept", "request": accepted.pk})
    browser.post("/friends/requests/", {"answer": "decline", "request": declined.pk})
    browser.post("/friends/requests/sent/", {"answer": "cancel", "request": sent.pk})
    assert policies.are_friends(ana, ben)
    assert not policies.are_friends(ana, cem)
    assert not FriendRequest.objects.filter(sender=ana).exists()
    assert not FriendRequest.objects.received_by(ana).exists()


def test_people_are_found_and_suggested_with_the_reason(browser: Client, ana: User, ben: User) -> None:
    cem = UserFactory.create(username="cem", display_name="Cem Ferreira")
    make_friends(ana, ben)
    make_friends(ben, cem)
    page = browser.get("/people/").content.decode()
    assert "1 mutual friend" in page
    assert "/cem/" in browser.get("/people/?q=fereira").content.decode()
    assert "Nobody by that name" in browser.get("/people/?q=zzzzzz").content.decode()
    assert browser.get("/people/?q=%00").status_code == 400
    assert browser.post("/cem/dismiss/").status_code == 302
    assert browser.post("/cem/dismiss/", **HTMX).content == b""
    assert DismissedSuggestion.objects.get().dismissed == cem
    assert "1 mutual friend" not in browser.get("/people/").content.decode()


def test_contacts_are_kept_named_and_struck_out(browser: Client, ana: User, ben: User) -> None:
    kept = browser.post("/ben/contact/")
    contact = Contact.objects.get()
    assert kept["Location"] == f"/contacts/{contact.pk}/"
    browser.post(f"/contacts/{contact.pk}/", {"nickname": "Benny", "is_favourite": "on"})
    assert "Benny" in browser.get("/contacts/?favourites=1").content.decode()
    assert browser.post(f"/contacts/{contact.pk}/", {"nickname": "x" * 81}).status_code == 422
    other = Client()
    other.force_login(ben)
    assert other.get(f"/contacts/{contact.pk}/").status_code == 404
    assert other.post(f"/contacts/{contact.pk}/", {"remove": "1"}).status_code == 404
    browser.post(f"/contacts/{contact.pk}/", {"remove": "1"})
    assert not Contact.objects.exists()


def test_people_and_words_are_muted_and_heard_again(browser: Client, ana: User, ben: User) -> None:
    browser.post("/ben/mute/", {"for": "day"})
    assert Mute.objects.get().until is not None
    assert "/ben/" in browser.get("/settings/muted/").content.decode()
    assert browser.post("/ben/mute/", {"for": "ages"}).status_code == 404
    answer = browser.post("/ben/mute/", {"for": "off", "next": "/settings/muted/"})
    assert answer["Location"] == "/settings/muted/"
    assert not Mute.objects.exists()
    browser.post("/settings/muted/", {"keyword": "Spoilers", "span": "good"})
    word = KeywordMute.objects.get()
    assert "spoilers" in browser.get("/settings/muted/").content.decode()
    assert browser.post("/settings/muted/", {"keyword": "", "span": "good"}).status_code == 422
    browser.post("/settings/muted/", {"word": str(word.pk)})
    assert not KeywordMute.objects.exists()


def test_friends_and_friends_in_common_are_listed(browser: Client, ana: User, ben: User) -> None:
    cem, dia = UserFactory.create(username="cem"), UserFactory.create(username="dia")
    for person in (cem, dia):
        make_friends(ben, person)
    make_friends(ana, cem)
    friends, mutual = browser.get("/ben/friends/").content.decode(), browser.get("/ben/mutual/").content.decode()
    assert "@cem" in friends
    assert "@dia" in friends
    assert "@cem" in mutual
    assert "@dia" not in mutual
    assert "1</strong> in common" in browser.get("/ben/").content.decode()
    stranger = Client()
    assert "@cem" in stranger.get("/ben/friends/").content.decode()
    assert "@cem" not in stranger.get("/ben/mutual/").content.decode()


def test_friends_in_common_with_a_private_account_are_for_its_followers(browser: Client, ana: User, ben: User) -> None:
    cem = UserFactory.create(username="cem")
    for person in (ana, ben):
        make_friends(person, cem)
    User.objects.filter(pk=ben.pk).update(is_private=True)
    mutual = browser.get("/ben/mutual/").content.decode()
    assert "@cem" not in mutual
    assert "This account is private" in mutual
    assert "in common</a>" not in browser.get("/ben/").content.decode()
    assert "mutual friend" not in browser.get("/ben/friend/").content.decode()
    Follow.objects.create(follower=ana, followed=ben)  # as an approved request leaves it
    assert "@cem" in browser.get("/ben/mutual/").content.decode()
    assert "1</strong> in common" in browser.get("/ben/").content.decode()
    assert "1 mutual friend" in browser.get("/ben/friend/").content.decode()


@pytest.mark.parametrize(
    "path", ["/friends/", "/friends/requests/", "/friends/requests/sent/", "/people/", "/people/?q=pe", "/contacts/", "/settings/muted/"]
)
def test_pages_cost_the_same_for_few_and_for_many(count_queries: Callable[..., int], path: str) -> None:
    costs = []
    for size in (3, 9):
        viewer = UserFactory.create()
        for friend in UserFactory.create_batch(size):
            make_friends(viewer, friend)
            make_friends(friend, UserFactory.create())
            make_request(viewer, UserFactory.create())
            make_request(UserFactory.create(), viewer)
            services.add_contact(owner=viewer, person=friend)
            services.mute(actor=viewer, target=UserFactory.create())
            services.mute_keyword(actor=viewer, keyword=friend.username)
            services.follow(actor=UserFactory.create(), target=viewer)
        client = Client()
        client.force_login(viewer)
        client.get(path)
        costs.append(count_queries(lambda client=client: client.get(path)))
    assert costs[0] == costs[1]


def test_strangers_are_led_to_sign_in() -> None:
    UserFactory.create(username="ben")
    for path in ("/friends/", "/friends/requests/", "/ben/friend/", "/people/", "/contacts/", "/settings/muted/"):
        assert Client().get(path)["Location"].startswith("/sign-in/")
    for path in ("/ben/mute/", "/ben/contact/", "/ben/dismiss/"):
        assert Client().post(path)["Location"].startswith("/sign-in/")
