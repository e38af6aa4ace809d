"""REST for feeds. The first page of the public feed is sent as finished JSON; viewer flags are spliced into it, never kept."""

from typing import Any

import msgspec
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.users.models import User
from core.api.paging import page_response
from core.api.renderers import encoder
from core.api.schema import operation
from core.api.views import Endpoint
from core.paging import Page
from social.feeds import selectors
from social.feeds.cache import GENERATION, KeptPage, KeptPost, public_page
from social.graph.selectors import visible_person
from social.posts.models import Post
from social.posts.selectors import mark_liked, posts_by
from social.posts.serializers import PostSerializer, post_for, post_shape

FLAGS = {
    (liked, mine): b',"liked":%s,"mine":%s}' % (str(liked).lower().encode(), str(mine).lower().encode())
    for liked in (False, True)
    for mine in (False, True)
}


class HomeFeedEndpoint(Endpoint):
    @operation("Posts of the people I follow, and mine", response=PostSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return answer_feed(self, selectors.home_feed(self.viewer, **self.page_arguments()))


class PublicFeedEndpoint(Endpoint):
    permission_classes = [AllowAny]
    along = (GENERATION,)

    @operation("Everything public", response=PostSerializer, paged=True)
    def get(self, request: Request) -> Response:
        arguments = self.page_arguments()
        if arguments["cursor"]:
            return answer_feed(self, selectors.public_feed(self.viewer, **arguments))
        kept = public_page(arguments["limit"], lambda: kept_page(arguments["limit"]), generation=self.asked_along(GENERATION))
        return page_response(request, Page(kept.posts, kept.next), lambda _: finished(self.viewer, kept))


class ProfileFeedEndpoint(Endpoint):
    permission_classes = [AllowAny]

    @operation("What a person published", response=PostSerializer, paged=True)
    def get(self, request: Request, user: str) -> Response:
        person = visible_person(self.viewer, user)
        page = posts_by(self.viewer, person, **self.page_arguments())
        mark_liked(self.viewer, page.items)
        return answer_feed(self, page)


def answer_feed(endpoint: Endpoint, page: Page[Post]) -> Response:
    """A page of posts that know whether the viewer likes them."""
    viewer = endpoint.viewer
    return page_response(endpoint.request, page, lambda posts: [post_for(viewer, post, liked=post.liked) for post in posts])


def kept_page(limit: int) -> KeptPage:
    """The public feed's first page as nobody in particular sees it."""
    page = selectors.public_feed(None, limit=limit)
    posts = [KeptPost(str(post.pk), post.author_id, encoder.encode(post_shape(post))[:-1]) for post in page.items]
    return KeptPage(posts, page.next, "{" + ",".join(post.id for post in posts) + "}")


def finished(viewer: User | None, page: KeptPage) -> Any:
    """The kept posts as JSON for ``viewer``: without those the viewer may not read, with the viewer's flags."""
    if viewer is None:
        return msgspec.Raw(b"[" + b",".join([post.body + FLAGS[False, False] for post in page.posts]) + b"]")
    likes = selectors.viewer_flags(viewer, page.ids)
    shown = [post.body + FLAGS[likes[post.id], post.author_id == viewer.pk] for post in page.posts if post.id in likes]
    return msgspec.Raw(b"[" + b",".join(shown) + b"]")
