"""The people of the matrix, how each stands to whom it is about, and what that person has.

``Otto`` has an open account, ``Petra`` a private one; both let only friends write to them, see when they are online and see their date of birth.
Everybody who asks is one relation to one of the two, and has just confirmed that it is them.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.data.models import Export
from accounts.sessions.models import Session
from accounts.sessions.tests.authenticator import make_passkey
from accounts.sessions.tests.factories import confirm, open_session, tokens_for
from accounts.users.models import Circle, User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from chat.conversations.services import create_direct
from chat.messages.services import send_message
from media_app.uploads.tests.factories import ReadyImageFactory
from notifications.inbox.models import Kind, Notification
from notifications.inbox.services import notify
from social.graph import services as graph
from social.graph.services.contacts import digest_of
from social.posts import services as posts
from social.posts.models import Audience

# nobody: is not signed in. stranger, staff: no relation to Otto. outsider: none to Petra. follower: of Otto. approved: follower of Petra.
# friend: of Otto, without following. blocked: by Otto. blocking: Otto. suspended: signed in before. self: Otto.
RELATIONS = ("nobody", "stranger", "follower", "approved", "outsider", "friend", "blocked", "blocking", "suspended", "staff", "self")
OF_PETRA = {"approved", "outsider"}
UNMET = {"outsider", "staff"}  # who never wrote with the person it is about


@dataclass(frozen=True, slots=True)
class World:
    """``viewers`` by relation; ``token`` and ``cookie`` are how each is signed in; ``places`` fills in addresses, by relation."""

    viewers: dict[str, User | None]
    tokens: dict[str, str]
    cookies: dict[str, str]
    places: dict[str, dict[str, str]]


def make_world() -> World:
    """Everything through the services: what the matrix meets is what the project makes."""
    carla = UserFactory.create(username="carla")
    otto, petra = (_owner(name) for name in ("otto", "petra"))
    for owner in (otto, petra):
        graph.follow(actor=carla, target=owner)
    viewers: dict[str, User | None] = {
        name: otto if name == "self" else UserFactory.create(username=name, is_staff=name == "staff") for name in RELATIONS if name != "nobody"
    }
    things = {owner.username: _things(owner, carla) for owner in (otto, petra)}
    places = {}
    for name in RELATIONS:
        owner = petra if name in OF_PETRA else otto
        places[name] = {**things[owner.username], **_between(viewers.get(name), owner, carla, met=name not in UNMET)}
    for owner in (otto, petra):
        User.objects.filter(pk=owner.pk).update(messages_from=Circle.FRIENDS, presence_shown_to=Circle.FRIENDS, birth_date_shown_to=Circle.FRIENDS)
    User.objects.filter(pk=petra.pk).update(is_private=True)
    tokens = {name: tokens_for(person).access_token for name, person in viewers.items() if person}
    cookies = {name: str(open_session(person).session_key) for name, person in viewers.items() if person}
    for person in viewers.values():
        if person:
            confirm(person)
    Session.objects.update(confirmed_at=timezone.now() + timedelta(days=1))  # however long the cells take
    _relate(viewers, otto, petra)
    return World({"nobody": None, **viewers}, tokens, cookies, places)


def _owner(username: str) -> User:
    owner: User = UserFactory.create(username=username, birth_date=date(1990, 2, 3), status_text="At the kiln", found_by_email=Circle.FRIENDS)
    graph.refresh_digests(user_id=owner.pk)
    return owner


def _relate(viewers: dict[str, User | None], otto: User, petra: User) -> None:
    def of(name: str) -> User:
        person = viewers[name]
        assert person is not None
        return person

    graph.follow(actor=of("follower"), target=otto)
    graph.follow(actor=of("approved"), target=petra)
    graph.approve_follow(actor=petra, request_id=petra.follow_requests_received.get(requester=of("approved")).pk)
    for one, other in ((of("friend"), otto), (otto, of("friend"))):
        graph.request_friendship(actor=one, target=other)
    graph.block(actor=otto, target=of("blocked"))
    graph.block(actor=of("blocking"), target=otto)
    for owner in (otto, petra):  # last: those above had to ask
        User.objects.filter(pk=owner.pk).update(friend_requests_from=Circle.FOLLOWED)
    suspend_user(user=of("suspended"), until=timezone.now() + timedelta(days=1), reason="Spam")


def _things(owner: User, carla: User) -> dict[str, str]:
    """What a person has that others may come by."""
    written = {audience: posts.create_post(author=owner, body=f"{audience} words", audience=audience) for audience in Audience}
    for post in written.values():
        posts.like_post(actor=owner, post=post)
        posts.create_comment(author=owner, post=post, body="My own")
    comment = posts.create_comment(author=owner, post=written[Audience.PUBLIC], body="A comment")
    posts.create_comment(author=carla, post=written[Audience.PUBLIC], body="An answer", parent=comment)
    foreign = create_direct(actor=owner, target=carla)
    message = send_message(sender=owner, conversation_id=foreign.pk, body="Between us")
    notify(recipient=owner, actor=carla, kind=Kind.FOLLOW, thing=f"matrix:{carla.pk}", path="/carla/")
    User.objects.filter(pk=owner.pk).update(is_private=True)
    graph.follow(actor=UserFactory.create(username=f"asker{len(owner.username)}"), target=User.objects.get(pk=owner.pk))
    User.objects.filter(pk=owner.pk).update(is_private=False)
    for asks, answers in ((carla, owner), (owner, carla)):
        graph.request_friendship(actor=asks, target=answers)
    graph.mute(actor=owner, target=UserFactory.create())
    return {
        "friend_request": str(graph.request_friendship(actor=UserFactory.create(username=f"wants{len(owner.username)}"), target=owner).pk),
        "contact": str(graph.add_contact(owner=owner, person=carla).pk),
        "keyword": str(graph.mute_keyword(actor=owner, keyword="spoiler").pk),
        "owner": owner.username,
        "owner_id": str(owner.pk),
        "email": str(owner.email),
        "digest": digest_of(str(owner.email)).hex(),
        "post": str(written[Audience.PUBLIC].pk),
        "followers_post": str(written[Audience.FOLLOWERS].pk),
        "friends_post": str(written[Audience.FRIENDS].pk),
        "secret_post": str(written[Audience.ONLY_ME].pk),
        "comment": str(comment.pk),
        "foreign": str(foreign.pk),
        "foreign_message": str(message.id),
        "notification": str(Notification.objects.get(recipient=owner, group_key="follow::").pk),
        "session": str(open_session(owner).pk),
        "upload": str(ReadyImageFactory.create(owner=owner).pk),
        "follow_request": str(owner.follow_requests_received.get().pk),
        "passkey": str(make_passkey(owner).pk),
        "account": str(SocialAccount.objects.create(user=owner, provider="google", uid=owner.username).pk),
        "export": str(_archive(owner).pk),
    }


def _archive(owner: User) -> Export:
    """An archive that is ready, and old enough to have another made."""
    now = timezone.now()
    archive = Export.objects.create(person=owner, state=Export.State.READY, ready_at=now, expires_at=now + timedelta(days=1))
    Export.objects.filter(pk=archive.pk).update(created_at=now - timedelta(days=3))
    return archive


def _between(viewer: User | None, owner: User, carla: User, *, met: bool) -> dict[str, str]:
    """The conversation of the two, as it was before anything came between them; of oneself with somebody else."""
    if viewer is None or not met:
        return {"conversation": NOWHERE, "message": NOWHERE}
    other = carla if viewer == owner else owner
    conversation = create_direct(actor=viewer, target=other)
    message = send_message(sender=other, conversation_id=conversation.pk, body="Hello")
    return {"conversation": str(conversation.pk), "message": str(message.id)}


NOWHERE = "00000000-0000-7000-8000-000000000000"
