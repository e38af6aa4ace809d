"""What is asked of the graph most, and what it may cost: five queries, that for the session among them, however many people there are."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.sessions.tests.factories import tokens_for
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.graph.tests.factories import make_follow, make_friends

pytestmark = pytest.mark.django_db
SIZES, MOST = (2, 9), 5
Asking = Callable[[User, User], tuple[str, str]]  # method and path, of the viewer and a friend of theirs
ASKED: dict[str, Asking] = {
    "follow": lambda viewer, friend: ("post", f"/api/v1/users/{UserFactory.create().username}/follow"),
    "ask a private account": lambda viewer, friend: ("post", f"/api/v1/users/{UserFactory.create(is_private=True).username}/follow"),
    "followers": lambda viewer, friend: ("get", f"/api/v1/users/{friend.username}/followers"),
    "following": lambda viewer, friend: ("get", f"/api/v1/users/{viewer.pk}/following"),
    "mutual friends": lambda viewer, friend: ("get", f"/api/v1/friends/mutual/{friend.pk}"),
    "suggestions": lambda viewer, friend: ("get", "/api/v1/friends/suggestions?limit=50"),
    "search, by beginning": lambda viewer, friend: ("get", "/api/v1/users/search?q=ana"),
    "search, misspelt": lambda viewer, friend: ("get", "/api/v1/users/search?q=anna%20fereira"),
}


def grow(viewer: User, size: int) -> User:
    """A friend of the viewer with ``size`` followers and friends in common; as many friends of friends, and people followed by those followed."""
    friend, *others = (UserFactory.create(display_name="Ana Ferreira") for _ in range(size + 1))
    make_friends(viewer, friend)
    for other in others:
        make_friends(viewer, other)
        make_friends(friend, other)
        make_friends(other, UserFactory.create())
        make_follow(other, friend)
        make_follow(viewer, followed := UserFactory.create())
        make_follow(followed, UserFactory.create())
    return friend


@pytest.mark.parametrize("name", ASKED)
def test_at_most_five_queries_whatever_the_size(name: str) -> None:
    viewer = UserFactory.create(username="zoe", display_name="Zoe")
    token = tokens_for(viewer).access_token
    costs, sizes = [], []
    for size in SIZES:
        method, path = ASKED[name](viewer, grow(viewer, size))
        with CaptureQueriesContext(connection) as captured:
            answer = getattr(APIClient(), method)(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        sizes.append(len(answer.json()["data"]))
        costs.append(len([query for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]))
    assert costs[0] == costs[1] <= MOST
    assert sizes[1] > sizes[0] or method == "post", "more was found"
