"""Every address of the API, asked what its own description says and what it does not: never a 500, and answers are as described.

Schemathesis makes the requests up, valid and invalid, anonymous and signed in. Parameters that name something are every other time given the id of
something that is there, the caller's own where things have owners, so that more than the 404s are seen.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import schemathesis
from allauth.socialaccount.models import SocialAccount
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from accounts.sessions.tests.authenticator import make_passkey
from accounts.sessions.tests.factories import open_session, tokens_for
from accounts.users.models import User
from accounts.users.names import is_reserved
from accounts.users.tests.factories import UserFactory
from chat.conversations.services import create_direct
from chat.messages.models import Message
from chat.messages.services import send_message
from media_app.uploads.tests.factories import received
from notifications.inbox.models import Kind, Notification
from notifications.inbox.services import notify
from social.graph.services import add_contact, follow, mute_keyword
from social.graph.tests.factories import make_request
from social.posts.models import Comment
from social.posts.tests.factories import make_comment, make_post

EXAMPLES = 8
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())


@pytest.fixture(autouse=True)
def _one_connection(db: None) -> Iterator[None]:
    """As in Django's own test client, the end of a request does not close the connection that holds the test's transaction."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def conversation(caller: User) -> Message:
    """The caller's, and something they said in it."""
    talk = create_direct(actor=caller, target=UserFactory.create())
    return Message.objects.get(pk=send_message(sender=caller, conversation_id=talk.pk, body="Hello").id)


def comment(caller: User) -> Comment:
    return make_comment(make_post(author=caller), author=caller)


def notification(caller: User) -> Notification:
    notify(recipient=caller, actor=UserFactory.create(), kind=Kind.FOLLOW, thing=str(caller.pk), path="/")
    return Notification.objects.get(recipient=caller)


def request_of(caller: User, path: str) -> Any:
    if "friend-requests" in path:
        return make_request(UserFactory.create(), caller)
    User.objects.filter(pk=caller.pk).update(is_private=True)
    follow(actor=UserFactory.create(), target=User.objects.get(pk=caller.pk))
    return caller.follow_requests_received.get()


# What a parameter of that name may name, made for whoever asks: they see it, and most of it is theirs.
THERE: dict[str, Callable[[User, str], object]] = {
    "account_id": lambda caller, _: SocialAccount.objects.create(user=caller, provider="google", uid=str(caller.pk)).pk,
    "passkey_id": lambda caller, _: make_passkey(caller).pk,
    "session_id": lambda caller, _: open_session(caller).pk,
    "comment_id": lambda caller, _: comment(caller).pk,
    "contact_id": lambda caller, _: add_contact(owner=caller, person=UserFactory.create()).pk,
    "conversation_id": lambda caller, _: conversation(caller).conversation_id,
    "message_id": lambda caller, _: conversation(caller).id,
    "mute_id": lambda caller, _: mute_keyword(actor=caller, keyword="spoiler").pk,
    "notification_id": lambda caller, _: notification(caller).pk,
    "post_id": lambda caller, _: comment(caller).post_id,
    "request_id": lambda caller, path: request_of(caller, path).pk,
    "upload_id": lambda caller, _: received(owner=caller).pk,
    "user": lambda caller, _: UserFactory.create().username,
}


def test_every_parameter_of_the_description_may_name_something_that_is_there() -> None:
    named = set()
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        named |= {parameter.name for parameter in result.ok().path_parameters}
    assert named == set(THERE)


def ask(case: Any, turn: Iterator[int], caller: User, headers: dict[str, str]) -> Any:
    """Every other time about something that is there. What is made up may be the word of another address: ``users/blocked`` is no person's."""
    if case.path_parameters and (next(turn) % 2 == 0 or is_reserved(str(case.path_parameters.get("user", "")))):
        case.path_parameters.update({name: str(THERE[name](caller, case.operation.path)) for name in case.path_parameters})
    return case.call_and_validate(headers=headers, checks=CHECKS)


@pytest.fixture
def turn() -> Iterator[int]:
    return count()


@schema.parametrize()
@bounded
def test_anonymous_requests_are_answered_as_described(case: Any, turn: Iterator[int]) -> None:
    ask(case, turn, UserFactory.create(), {})


@schema.parametrize()
@bounded
def test_signed_in_requests_are_answered_as_described(case: Any, turn: Iterator[int]) -> None:
    caller = UserFactory.create()
    ask(case, turn, caller, {"Authorization": f"Bearer {tokens_for(caller).access_token}"})


@pytest.mark.parametrize("path", ["/conversations/{conversation_id}", "/conversations/{conversation_id}/messages", "/uploads/{upload_id}"])
def test_what_is_there_is_found(path: str) -> None:
    caller = UserFactory.create()
    case = schema[f"/api/v1{path}"]["GET"].Case(path_parameters={path.split("{")[1].split("}")[0]: "x"})
    assert ask(case, count(), caller, {"Authorization": f"Bearer {tokens_for(caller).access_token}"}).status_code == 200
