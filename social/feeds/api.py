"""REST for feeds. The first page of the public feed is sent as finished JSON; viewer flags are spliced into it, never kept."""

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sessions.reading import Found, ReadEndpoint, Reader
from accounts.users.models import User
from core.api.paging import page_arguments, page_response
from core.api.schema import operation
from core.api.views import Endpoint
from core.paging import Page
from social.feeds import selectors
from social.feeds.cache import GENERATION, KeptPage, KeptPost, copy_at_hand, is_of, public_page
from social.feeds.kept import FLAGS, body_of, page_json
from social.graph.selectors import visible_person
from social.posts.models import Post
from social.posts.selectors import mark_liked, posts_by
from social.posts.serializers import PostSerializer, post_for


class HomeFeedEndpoint(ReadEndpoint):
    @operation("Posts of the people I follow, and mine", response=PostSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.answer_read(request)

    @classmethod
    def read(cls, reader: Reader, params: Mapping[str, str], path: Mapping[str, Any]) -> Found:
        ids = selectors.home_ids(reader.viewer, **page_arguments(params), ask=reader.ask)
        return Found(page_json(reader.viewer, ids, ask=reader.ask), ids.next)


class PublicFeedEndpoint(ReadEndpoint):
    permission_classes = [AllowAny]
    along = (GENERATION,)

    @operation("Everything public", response=PostSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.answer_read(request)

    @classmethod
    def read(cls, reader: Reader, params: Mapping[str, str], path: Mapping[str, Any]) -> Found:
        arguments = page_arguments(params)
        if arguments["cursor"]:
            ids = selectors.public_ids(**arguments, ask=reader.ask)
            return Found(page_json(reader.viewer, ids, ask=reader.ask), ids.next)
        limit = arguments["limit"]
        if copy := copy_at_hand(limit):
            data = finished(reader, copy.page)
            if is_of(copy, reader.along.get(GENERATION), limit):
                return Found(data, copy.page.next)
        kept = public_page(limit, lambda: kept_page(limit), generation=reader.along.get(GENERATION))
        return Found(finished(reader, kept), kept.next)


class ProfileFeedEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @operation("What a person published", response=PostSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        person = visible_person(self.viewer, user)
        page = posts_by(self.viewer, person, **self.page_arguments())
        mark_liked(self.viewer, page.items)
        return page_response(request, page, lambda _: shapes(self.viewer, page))


def shapes(viewer: User | None, page: Page[Post]) -> list[dict[str, Any]]:
    """A page of posts that know whether the viewer likes them."""
    return [post_for(viewer, post, liked=post.liked) for post in page.items]


def kept_page(limit: int) -> KeptPage:
    """The public feed's first page as nobody in particular sees it."""
    page = selectors.public_feed(None, limit=limit)
    posts = [KeptPost(str(post.pk), str(post.author_id), body_of(post)) for post in page.items]
    return KeptPage(posts, page.next, "{" + ",".join(post.id for post in posts) + "}")


def finished(reader: Reader, page: KeptPage) -> bytes:
    """The kept posts as JSON for whoever reads: without those they may not read, with their flags."""
    if reader.viewer is None:
        shown = [post.body + FLAGS[False, False] for post in page.posts]
    else:
        likes = selectors.viewer_flags(reader.viewer, page.ids, ask=reader.ask)
        me = str(reader.viewer.pk)
        shown = [post.body + FLAGS[likes[post.id], post.author_id == me] for post in page.posts if post.id in likes]
    return b"[" + b",".join(shown) + b"]"
