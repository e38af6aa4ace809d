from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from notifications.inbox import selectors, services
from notifications.inbox.models import Kind, Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    return UserFactory.create()


@pytest.fixture
def client(ana: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(ana)
    return client


@pytest.fixture
def visitor(ana: User) -> Client:
    visitor = Client()
    visitor.force_login(ana)
    return visitor


def tell(recipient: User, count: int = 1) -> list[Notification]:
    """Lines that each stand alone: follows and likes of different things."""
    for _ in range(count):
        actor, target = UserFactory.create(), uuid4()
        services.notify(recipient=recipient, actor=actor, kind=Kind.LIKE, thing=f"like:{target}", path="/home/", target_kind="post", target_id=target)
    return list(Notification.objects.filter(recipient=recipient).order_by("position"))


def test_inbox_is_paged_latest_first(client: APIClient, ana: User) -> None:
    told = tell(ana, 5)
    first = client.get("/api/v1/notifications?limit=3").json()
    rest = client.get(f"/api/v1/notifications?limit=3&cursor={first['pagination']['next']}").json()
    assert [line["id"] for line in [*first["data"], *rest["data"]]] == [str(line.pk) for line in reversed(told)]
    assert not rest["pagination"]["has_more"]
    line = first["data"][0]
    assert (line["kind"], line["actor_count"], line["is_read"], line["url"], line["target"]["kind"]) == ("like", 1, False, "/home/", "post")
    assert line["text"] == f"{line['actor']['name']} liked your post"


def test_queries_do_not_grow_with_the_page(client: APIClient, ana: User, count_queries: Callable[[Callable[[], object]], int]) -> None:
    tell(ana, 2)
    few = count_queries(lambda: client.get("/api/v1/notifications"))
    tell(ana, 15)
    assert count_queries(lambda: client.get("/api/v1/notifications")) == few


def test_lines_are_read_one_by_one_and_all_at_once(client: APIClient, ana: User) -> None:
    told = tell(ana, 3)
    assert client.get("/api/v1/notifications/unread").json()["data"] == {"unread": 3}
    assert client.post(f"/api/v1/notifications/{told[0].pk}/read").json()["data"]["is_read"]
    assert client.post(f"/api/v1/notifications/{told[0].pk}/read").status_code == 200
    assert len(client.get("/api/v1/notifications?unread=true").json()["data"]) == 2
    assert client.post("/api/v1/notifications/read-all").json()["data"] == {"unread": 0}


def test_line_is_removed(client: APIClient, ana: User) -> None:
    [line] = tell(ana)
    assert client.delete(f"/api/v1/notifications/{line.pk}").status_code == 204
    assert client.delete(f"/api/v1/notifications/{line.pk}").status_code == 404
    assert client.get("/api/v1/notifications").json()["data"] == []


def test_foreign_lines_look_like_missing_ones(client: APIClient) -> None:
    [foreign] = tell(UserFactory.create())
    for answer in (
        client.post(f"/api/v1/notifications/{foreign.pk}/read"),
        client.delete(f"/api/v1/notifications/{foreign.pk}"),
        client.post(f"/api/v1/notifications/{uuid4()}/read"),
    ):
        assert answer.status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None


def test_inbox_is_for_those_signed_in() -> None:
    for answer in (APIClient().get("/api/v1/notifications"), APIClient().get("/api/v1/notifications/unread")):
        assert answer.status_code == 401
    assert Client().get("/notifications/").status_code == 302


def test_count_stops_at_its_limit(ana: User) -> None:
    tell(ana, 101)
    assert selectors.unread_count(ana) == selectors.MAX_COUNT


def test_page_groups_by_day_and_marks_what_is_unread(visitor: Client, ana: User) -> None:
    told = tell(ana, 2)
    told[0].position = UUID(int=told[0].position.int - (86_400_000 << 80))  # a day earlier
    told[0].save()
    services.mark_read(viewer=ana, notification_id=told[0].pk)
    page = visitor.get("/notifications/").content.decode()
    assert page.index("Today") < page.index("Yesterday")
    assert page.count("data-unread") == 1
    assert "Mark all as read" in page


def test_empty_inbox_says_what_will_come(visitor: Client) -> None:
    page = visitor.get("/notifications/").content.decode()
    assert "Nothing new yet" in page
    assert "Mark all as read" not in page


def test_opening_a_line_reads_it_and_leads_on(visitor: Client, ana: User) -> None:
    [line] = tell(ana)
    answer = visitor.post(f"/notifications/{line.pk}/open/")
    assert (answer.status_code, answer["Location"]) == (302, "/home/")
    assert selectors.unread_count(ana) == 0
    assert visitor.post(f"/notifications/{uuid4()}/open/")["Location"] == "/notifications/"


def test_page_reads_all_and_removes(visitor: Client, ana: User) -> None:
    first, _ = tell(ana, 2)
    visitor.post("/notifications/read-all/")
    assert selectors.unread_count(ana) == 0
    visitor.post(f"/notifications/{first.pk}/delete/")
    assert Notification.objects.filter(recipient=ana).count() == 1


def test_page_queries_do_not_grow(visitor: Client, ana: User, count_queries: Callable[[Callable[[], object]], int]) -> None:
    tell(ana, 2)
    visitor.get("/notifications/")
    few = count_queries(lambda: visitor.get("/notifications/"))
    tell(ana, 15)
    assert count_queries(lambda: visitor.get("/notifications/")) == few
