"""Moderation from the first report to the way back, through nothing but doors: pages, REST, sockets and the admin."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client

from accounts.sessions.services import issue_tokens
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.realtime.codes import CloseCode
from core.realtime.hub import stop_hub
from core.realtime.testing import SocketClient
from moderation.actions.models import Act
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case, State
from social.graph.services import follow
from social.posts.models import Comment, Post
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS_TO_CLOSE = 2  # what a suspended person may go on hearing


@pytest.fixture(autouse=True)
async def _no_hub_left_over() -> AsyncIterator[None]:
    yield
    await stop_hub()


@dataclass
class Scene:
    """ana follows ben, ben wrote a post and answered hers; both are signed in everywhere one can be, and so is a moderator."""

    ana: User
    ben: User
    post: Post
    answer: Comment
    anas: Client
    bens: Client
    desk: Client
    stranger: Client
    bens_token: str

    @classmethod
    def play(cls) -> "Scene":
        ana, ben = (UserFactory.create(username=name) for name in ("ana", "ben"))
        moderator = make_moderator(username="mod")
        follow(actor=ana, target=ben)
        post = make_post(ben, body="Buy my wonderful pills")
        answer = make_comment(make_post(ana, body="A walk by the sea"), ben, body="Pills make walking easy")
        make_comment(post, ana, body="No thank you")
        token = issue_tokens(session_id=open_session(ben).pk).access_token
        return cls(ana, ben, post, answer, signed_in(ana), signed_in(ben), signed_in(moderator), Client(), token)

    @property
    def post_surfaces(self) -> list[tuple[Client, str]]:
        """Wherever ben's post is read."""
        paths = ["/explore/", f"/posts/{self.post.pk}/", "/ben/", "/api/v1/feeds/public", f"/api/v1/posts/{self.post.pk}", "/api/v1/users/ben/posts"]
        for_all = [(reader, path) for reader in (self.anas, self.stranger) for path in paths]
        return [*for_all, (self.anas, "/home/"), (self.anas, "/api/v1/feeds/home")]

    @property
    def answer_surfaces(self) -> list[tuple[Client, str]]:
        """Wherever ben's comment is read."""
        paths = [f"/posts/{self.answer.post_id}/", f"/api/v1/posts/{self.answer.post_id}/comments"]
        return [(reader, path) for reader in (self.anas, self.stranger) for path in paths]

    def showing(self) -> dict[str, set[str]]:
        """Where the post and the comment can be read now."""
        return {
            "post": {path for reader, path in self.post_surfaces if "wonderful pills" in reader.get(path).content.decode()},
            "answer": {path for reader, path in self.answer_surfaces if "Pills make walking" in reader.get(path).content.decode()},
        }

    def inbox(self, reader: Client) -> str:
        return reader.get("/notifications/").content.decode() + reader.get("/api/v1/notifications").content.decode()

    def cases(self) -> dict[str, Case]:
        return {case.kind: case for case in Case.objects.all()}

    def decide(self, kind: str, **form: str) -> str:
        answer = self.desk.post(f"/admin/moderation_reports/case/{self.cases()[kind].pk}/act/", form)
        return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def signed_in(person: User) -> Client:
    client = Client()
    answer = client.post("/sign-in/", {"login": person.username, "password": PASSWORD})
    assert answer.status_code == 302, person
    return client


@pytest.fixture
def scene() -> Scene:
    return Scene.play()


def everywhere(scene: Scene) -> dict[str, set[str]]:
    return {"post": {path for _, path in scene.post_surfaces}, "answer": {path for _, path in scene.answer_surfaces}}


NOWHERE: dict[str, set[str]] = {"post": set(), "answer": set()}


def report_by_page(scene: Scene, kind: str, target: Any) -> None:
    path = f"/report/{kind}/{target.pk}/"
    assert "Report this" in scene.anas.get(path).content.decode()
    assert scene.anas.post(path, {"reason": "spam", "note": "Everywhere I look"}).status_code == 302


def test_reported_post_is_judged_hidden_and_brought_back(scene: Scene) -> None:
    assert scene.showing() == everywhere(scene)
    report_by_page(scene, "post", scene.post)
    queue = scene.desk.get("/admin/moderation_reports/case/").content.decode()
    assert "Buy my wonderful pills" in queue
    case = scene.cases()["post"]
    assert f"/admin/moderation_reports/case/{case.pk}/change/" in queue
    scene.desk.post(f"/admin/moderation_reports/case/{case.pk}/claim/")
    desk = scene.desk.get(f"/admin/moderation_reports/case/{case.pk}/change/").content.decode()
    for shown in ("Buy my wonderful pills", "Spam or a scam", "Everywhere I look", "Give it back"):
        assert shown in desk

    assert "in effect" in scene.decide("post", verb="hide", reason="Advertising")
    assert scene.showing() == {**NOWHERE, "answer": everywhere(scene)["answer"]}
    assert scene.anas.get(f"/posts/{scene.post.pk}/").status_code == 404
    assert scene.anas.get(f"/api/v1/posts/{scene.post.pk}").status_code == 404
    assert "Hidden by a moderator" in scene.bens.get(f"/posts/{scene.post.pk}/").content.decode()  # its author sees it, and why nobody else does
    assert scene.anas.post(f"/posts/{scene.post.pk}/like/").status_code == 404
    assert "took it down" in scene.inbox(scene.anas)
    assert "Advertising" in scene.inbox(scene.bens)

    scene.decide("post", verb="unhide", reason="It was a joke")
    assert scene.showing() == everywhere(scene)
    assert list(Act.objects.order_by("pk").values_list("verb", "moderator_name", "person_name", "reason")) == [
        ("claim", "mod", "ben", ""),
        ("hide", "mod", "ben", "Advertising"),
        ("unhide", "mod", "ben", "It was a joke"),
    ]


def test_suspended_person_is_gone_and_out_until_it_is_lifted(scene: Scene) -> None:
    report_by_page(scene, "person", scene.ben)
    case = scene.cases()["person"]
    assert "followed you" not in scene.inbox(scene.anas)
    assert "commented on your post" in scene.inbox(scene.anas)
    assert "in effect" in scene.decide("person", verb="suspend", days="7", reason="Advertising, again")

    assert scene.showing() == NOWHERE
    for path in ("/ben/", f"/posts/{scene.post.pk}/", "/ben/followers/"):
        assert scene.anas.get(path).status_code == 404, path
        assert scene.stranger.get(path).status_code == 404, path
    for path in ("/api/v1/users/ben/posts", "/api/v1/users/ben/followers", f"/api/v1/posts/{scene.post.pk}"):
        assert scene.anas.get(path).status_code == 404, path
    assert "commented on your post" not in scene.inbox(scene.anas)
    assert "suspended the account" in scene.inbox(scene.anas)

    assert scene.bens.get("/home/").status_code == 302
    assert scene.bens.get("/api/v1/feeds/home").status_code in {401, 403}
    refused = scene.stranger.get("/api/v1/feeds/home", headers={"Authorization": f"Bearer {scene.bens_token}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "session_ended")
    page = Client().post("/sign-in/", {"login": "ben", "password": PASSWORD})
    ben = User.objects.get(pk=scene.ben.pk)
    assert ben.suspended_until is not None
    assert page.status_code == 403
    for told in ("suspended", "Advertising, again", "until " + ben.suspended_until.strftime("%-d %B %Y")):
        assert told in page.content.decode()
    wrong = Client().post("/sign-in/", {"login": "ben", "password": "not-his-password"}).content.decode()
    assert "suspended" not in wrong

    scene.decide("person", verb="lift", reason="He said sorry")
    assert scene.showing() == everywhere(scene)
    assert scene.bens.get("/home/").status_code == 302, "ended sessions stay ended"
    assert signed_in(scene.ben).get("/home/").status_code == 200
    assert "commented on your post" in scene.inbox(scene.anas)
    assert list(Act.objects.order_by("pk").values_list("verb", flat=True)) == ["suspend", "lift"]
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.CLOSED, "lifted")


async def test_suspension_reaches_sockets_that_are_open() -> None:
    scene = await sync_to_async(Scene.play)()
    await sync_to_async(report_by_page)(scene, "person", scene.ben)
    cookie = scene.bens.cookies[settings.SESSION_COOKIE_NAME].value
    async with SocketClient(token=scene.bens_token) as by_token, SocketClient(cookie=cookie) as by_cookie:
        await sync_to_async(scene.decide)("person", verb="suspend", days="1", reason="Spam")
        async with asyncio.timeout(SECONDS_TO_CLOSE):
            for socket in (by_token, by_cookie):
                assert (await socket.expect("session:revoked"))["reason"] == "suspended"
                assert await socket.expect_close() == CloseCode.SESSION_REVOKED
    again = SocketClient(token=scene.bens_token)
    await again.connect()
    assert await again.expect_close() == CloseCode.NOT_AUTHENTICATED
    await again.close()


def test_people_who_are_no_staff_find_no_desk(scene: Scene) -> None:
    report_by_page(scene, "post", scene.post)
    for visitor in (scene.anas, scene.stranger):
        case = scene.cases()["post"]
        for path in ("/admin/", f"/admin/moderation_reports/case/{case.pk}/change/"):
            assert visitor.get(path).status_code in {302, 404}
        assert visitor.post(f"/admin/moderation_reports/case/{case.pk}/act/", {"verb": "hide", "reason": "x"}).status_code in {302, 404}
    assert scene.showing() == everywhere(scene)
    assert not Act.objects.exists()


def test_every_link_of_the_desk_leads_somewhere(scene: Scene) -> None:
    report_by_page(scene, "post", scene.post)
    report_by_page(scene, "comment", scene.answer)
    report_by_page(scene, "person", scene.ben)
    assert dead_links(scene) == set()
    scene.decide("post", verb="hide", reason="Spam")
    scene.decide("person", verb="suspend", days="1", reason="Spam")
    assert dead_links(scene) == set()


def dead_links(scene: Scene) -> set[str]:
    """What the desk's pages link to and a moderator cannot open."""
    pages = [scene.desk.get(f"/admin/moderation_reports/case/{case.pk}/change/").content.decode() for case in scene.cases().values()]
    paths = {path for page in pages for path in re.findall(r'href="(/[^"#]*)"', page)}
    asked = {path for path in paths if not path.startswith("/static/") and not path.endswith("/logout/")}
    return {path for path in asked if scene.desk.get(path).status_code not in {200, 302}}
