"""Every address of the API, asked what its own description says and what it does not: never a 500, and answers are as described.

Schemathesis makes the requests up, valid and invalid, anonymous and signed in. Parameters that name something are sometimes given the id of
something that is there, so that more than the 404s are seen.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from accounts.sessions.tests.factories import tokens_for
from accounts.users.tests.factories import UserFactory
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


@pytest.fixture
def there(db: None) -> dict[str, str]:
    """Ids of things that exist, by the name a parameter has."""
    comment = make_comment(make_post())
    return {"post_id": str(comment.post_id), "comment_id": str(comment.pk), "user": UserFactory.create().username}


def ask(case: Any, there: dict[str, str], headers: dict[str, str]) -> None:
    if sum(map(len, case.path_parameters or {})) and len(str(case.body)) % 2 == 0:
        case.path_parameters.update({name: there[name] for name in case.path_parameters if name in there})
    case.call_and_validate(headers=headers, checks=CHECKS)


@schema.parametrize()
@bounded
def test_anonymous_requests_are_answered_as_described(case: Any, there: dict[str, str]) -> None:
    ask(case, there, {})


@schema.parametrize()
@bounded
def test_signed_in_requests_are_answered_as_described(case: Any, there: dict[str, str]) -> None:
    ask(case, there, {"Authorization": f"Bearer {tokens_for(UserFactory.create()).access_token}"})
