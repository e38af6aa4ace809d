"""Lists of posts. Each feed first reads a page of ids from an index alone; only those twenty become rows, and visibility is asked of them again.

A page may therefore hold fewer posts than it asked for (some vanished between the two steps) and still have a next one.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery, TextField, UUIDField, Value, prefetch_related_objects
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.users.models import User
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from core.queries import UUIDS, Ask, Folded, Prepared, RowVersion, Written, asked, columns, somebody, take
from social.posts.models import Audience, Post, PostImage, PostLike
from social.posts.querysets import live

# What the viewer may read of one author, as far as the index tells.
OF_THE_AUTHOR = """
    SELECT post.id
    FROM social_posts_post AS post
    WHERE post.author_id = author.id AND post.deleted_at IS NULL AND post.hidden_at IS NULL
      AND (
          post.audience = 'public' OR post.author_id = %(viewer)s
          OR post.audience = 'followers' AND author.is_followed OR post.audience = 'friends' AND author.is_friend
      )
      AND post.id < %(before)s
    ORDER BY post.id DESC
"""

# The posts of a page are by no more authors than it has places, and by those whose latest post is the newest. So one entry is read from each
# author's own stretch of the index, and a page of entries only for those few: the cost hardly follows how many one follows, or how much they wrote.
HOME = """
    SELECT newest.id
    FROM (
        SELECT author.*
        FROM (
            SELECT followed_id AS id, true AS is_followed, EXISTS (
                SELECT FROM social_graph_friendship WHERE person_id = %(viewer)s AND friend_id = followed_id
            ) AS is_friend
            FROM social_graph_follow WHERE follower_id = %(viewer)s
            UNION ALL
            SELECT friend_id, false, true FROM social_graph_friendship AS friendship WHERE person_id = %(viewer)s AND NOT EXISTS (
                SELECT FROM social_graph_follow WHERE follower_id = %(viewer)s AND followed_id = friendship.friend_id
            )
            UNION ALL
            SELECT %(viewer)s, true, true
        ) AS author
        CROSS JOIN LATERAL ({of_the_author} LIMIT 1) AS latest
        WHERE NOT EXISTS (
            SELECT FROM social_graph_mute AS mute
            WHERE mute.muter_id = %(viewer)s AND mute.muted_id = author.id AND (mute.until IS NULL OR mute.until > statement_timestamp())
        )
        ORDER BY latest.id DESC
        LIMIT %(count)s
    ) AS author
    CROSS JOIN LATERAL ({of_the_author} LIMIT %(count)s) AS newest
    ORDER BY newest.id DESC
    LIMIT %(count)s
"""
HOME_IDS = Written(HOME.format(of_the_author=OF_THE_AUTHOR))
AFTER_ALL = UUID(int=2**128 - 1)


def _likes_it(viewer: Any) -> Exists:
    return Exists(PostLike.objects.filter(user=viewer, post=OuterRef("pk")))


def _readable(viewer: Any, ids: Any) -> QuerySet[Post, Any]:
    """Those that ``viewer`` may read and does not mute, and whether the viewer likes each."""
    reader = None if viewer is None else somebody(viewer)
    rows = Post.objects.visible_to(reader).wanted_by(reader).filter(pk__any=ids)
    return rows.annotate(likes_it=Value(False) if viewer is None else _likes_it(viewer))


def _posts(viewer: Any, ids: Any) -> QuerySet[Post, Any]:
    """What a feed shows of posts: the row and its author, whether the viewer likes it, whether it has pictures."""
    rows = _readable(viewer, ids).annotate(has_images=Exists(PostImage.objects.filter(post=OuterRef("pk"))))
    return rows.values_list(*columns(Post), *columns(User, "author__"), "likes_it", "has_images")


def _versions(viewer: Any, ids: Any) -> QuerySet[Post, Any]:
    picture = StringAgg(Concat(RowVersion("alt"), RowVersion("upload__kind"), output_field=TextField()), Value(" "), order_by="pk")
    pictures = PostImage.objects.filter(post=OuterRef("pk")).order_by().values("post").annotate(version=picture).values("version")
    version = Concat(
        RowVersion("body"),
        RowVersion("author__username"),
        Coalesce(Subquery(pictures), Value(""), output_field=TextField()),
        output_field=TextField(),
    )
    return _readable(viewer, ids).annotate(version=version).values_list("pk", "author_id", "likes_it", "version")


AUTHOR_AT = len(columns(Post))
_posts_for = Prepared(_posts, viewer=UUIDField(), ids=UUIDS)
_posts_for_anybody = Prepared(lambda ids: _posts(None, ids), ids=UUIDS)
_versions_for = Prepared(_versions, viewer=UUIDField(), ids=UUIDS)
_versions_for_anybody = Prepared(lambda ids: _versions(None, ids), ids=UUIDS)
_likes_by_key = Prepared(
    lambda viewer, ids: _readable(viewer, ids).annotate(key=Cast("pk", TextField())).values_list("key", "likes_it"), viewer=UUIDField(), ids=UUIDS
)
_viewer_flags = Folded(_likes_by_key)
_public_ids = Prepared(
    lambda before, limit: (
        Post.objects.filter(live(), audience=Audience.PUBLIC, author__is_private=False, pk__lt=before).order_by("-pk").values_list("pk")[: limit + 1]
    ),
    before=UUIDField(),
)


def home_feed(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, ask: Ask = asked) -> Page[Post]:
    """What the people the viewer follows or has for friends published, and the viewer's own, newest first."""
    return posts_of(viewer, home_ids(viewer, cursor=cursor, limit=limit, ask=ask), ask=ask)


def public_feed(viewer: User | None, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, ask: Ask = asked) -> Page[Post]:
    """Everything public, newest first. Private accounts are in nobody's, their followers' included: those find them at home."""
    return posts_of(viewer, public_ids(cursor=cursor, limit=limit, ask=ask), ask=ask)


def home_ids(viewer: User, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT, ask: Ask = asked) -> Page[UUID]:
    """A page of the home feed as ids, from indexes alone."""
    limit = _bounded(limit)
    return _page(ask(HOME_IDS, viewer=viewer.pk, before=_before(cursor), count=limit + 1), limit)


def public_ids(*, cursor: str | None = None, limit: int = DEFAULT_LIMIT, ask: Ask = asked) -> Page[UUID]:
    """A page of the public feed as ids, the same for everybody."""
    limit = _bounded(limit)
    return _page(ask(_public_ids, before=_before(cursor), limit=limit), limit)


def count_newer(viewer: User, key: str) -> int:
    """How many posts of others the home feed has that are newer than the post ``key``; counting ends one past a page. Of what is no key, none."""
    try:
        after = UUID(key)
    except ValueError:
        return 0
    newer = [found for found in home_ids(viewer, limit=DEFAULT_LIMIT + 1).items if found > after]
    return Post.objects.visible_to(viewer).wanted_by(viewer).filter(pk__in=newer).exclude(author=viewer).count()


def posts_of(viewer: User | None, ids: Page[UUID], *, ask: Ask = asked) -> Page[Post]:
    """The posts of a page of ids, as far as the viewer may read and does not mute them, in its order, each with author, pictures and ``liked``."""
    rows = ask(_posts_for_anybody, ids=ids.items) if viewer is None else ask(_posts_for, viewer=viewer.pk, ids=ids.items)
    found: dict[UUID, Post] = {}
    for row in rows:
        post = take(Post, row)
        post.author = take(User, row, AUTHOR_AT)
        post.liked, post.may_have_images = row[-2:]
        found[post.pk] = post
    _bring_images(found.values())
    return Page([found[key] for key in ids.items if key in found], ids.next)


def _bring_images(posts: Iterable[Post]) -> None:
    """In one query, and in none where no post has any: then each is told so, and asking it costs nothing."""
    if any(post.may_have_images for post in posts):
        prefetch_related_objects(list(posts), Prefetch("images", PostImage.objects.select_related("upload")))
    else:
        none = PostImage.objects.none()
        for post in posts:
            post._prefetched_objects_cache = {"images": none}  # type: ignore[attr-defined]


def _bounded(limit: int) -> int:
    return max(1, min(limit, MAX_LIMIT))


def _before(cursor: str | None) -> UUID:
    return decode_cursor(cursor) if cursor else AFTER_ALL


def _page(rows: list[tuple[Any, ...]], limit: int) -> Page[UUID]:
    ids = sorted([row[0] for row in rows], reverse=True)
    return Page(ids[:limit], encode_cursor(ids[limit - 1]) if len(ids) > limit else None)


class Version(NamedTuple):
    """Of a post that a viewer may read and does not mute: what of it may differ between two readings, or two readers."""

    post_id: UUID
    author_id: UUID
    likes_it: bool
    version: str


def versions_of(viewer: User | None, ids: list[UUID], *, ask: Ask = asked) -> dict[UUID, Version]:
    """Those of ``ids`` that the viewer may read and does not mute. The version is another once the post, its author or its pictures are."""
    rows = ask(_versions_for_anybody, ids=ids) if viewer is None else ask(_versions_for, viewer=viewer.pk, ids=ids)
    return {row[0]: Version._make(row) for row in rows}


def viewer_flags(viewer: User, ids: str, *, ask: Ask = asked) -> dict[str, bool]:
    """Of posts kept for everybody: those the viewer may read and does not mute, and whether the viewer likes each. One query; keys are text, as
    answers carry them.

    ``ids`` is the array as PostgreSQL writes it ("{…,…}"), because a kept page has it at hand.
    """
    return Folded.unfold(ask(_viewer_flags, viewer=viewer.pk, ids=ids))
