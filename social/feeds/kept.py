"""Posts as JSON that this process has made before: a feed asks which versions of which posts it shows, and makes again only what has changed.

What is kept is the same for every viewer and is found by a version that the database gives in the same breath as the viewer's right to read the post,
so it is never out of date and never shown to anybody who may not see it.
"""

from collections.abc import Mapping
from uuid import UUID

from accounts.users.models import User
from core.api.renderers import encoder
from core.paging import Page
from core.queries import Ask
from social.feeds.selectors import posts_of, versions_of
from social.posts.models import Post
from social.posts.serializers import post_shape

GENERATION_SIZE = 5_000  # posts, a kilobyte or two each
FLAGS = {
    (liked, mine): b',"liked":%s,"mine":%s}' % (str(liked).lower().encode(), str(mine).lower().encode())
    for liked in (False, True)
    for mine in (False, True)
}


class Recent:
    """What was used last, at most two generations of it. Threads may share it without waiting for one another: at worst something is made twice."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._young: dict[UUID, tuple[str, bytes]] = {}
        self._old: Mapping[UUID, tuple[str, bytes]] = {}

    def get(self, key: UUID, version: str) -> bytes | None:
        kept = self._young.get(key)
        if kept is None and (kept := self._old.get(key)) is not None:
            self._young[key] = kept
        return kept[1] if kept is not None and kept[0] == version else None

    def put(self, key: UUID, version: str, content: bytes) -> None:
        if len(self._young) >= self._size:
            self._old, self._young = self._young, {}
        self._young[key] = version, content


_recent = Recent(GENERATION_SIZE)


def body_of(post: Post) -> bytes:
    """A post as everybody gets it, without its closing brace: FLAGS have that."""
    return encoder.encode(post_shape(post))[:-1]


def page_json(viewer: User | None, ids: Page[UUID], *, ask: Ask) -> bytes:
    """The posts of a page of ids as JSON, as far as ``viewer`` may read and does not mute them, in its order."""
    rows = versions_of(viewer, ids.items, ask=ask)
    bodies = {key: body for key, row in rows.items() if (body := _recent.get(key, row.version)) is not None}
    if changed := [key for key in rows if key not in bodies]:
        for post in posts_of(viewer, Page(changed, None), ask=ask).items:
            # Read after its version: what is newer than that is made once more, what is older never kept under it.
            bodies[post.pk] = body = body_of(post)
            _recent.put(post.pk, rows[post.pk].version, body)
    me = None if viewer is None else viewer.pk
    shown = [bodies[key] + FLAGS[rows[key].likes_it, rows[key].author_id == me] for key in ids.items if key in bodies]
    return b"[" + b",".join(shown) + b"]"
