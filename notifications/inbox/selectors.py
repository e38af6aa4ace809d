"""Reads of the inbox."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import UUIDField

from accounts.users.models import User
from core.paging import DEFAULT_LIMIT, Page, keyset_page
from core.queries import Prepared, somebody
from notifications.inbox.models import Cause, Kind, Notification
from notifications.inbox.querysets import RECIPIENT
from social.graph.querysets import not_muted, present
from social.posts.models import Comment, Post

MAX_COUNT = 100  # counting stops there, so that a neglected inbox costs no more than a tidy one


def inbox(viewer: User, *, unread: bool = False, cursor: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[Notification]:
    """The viewer's notifications, the latest first; with ``unread`` those only. Raises Invalid("invalid_cursor")."""
    lines = Notification.objects.visible_to(viewer).select_related("actor")
    page = keyset_page(lines.unread() if unread else lines, cursor=cursor, limit=limit, key="position")
    complete(viewer, page.items)
    return page


def unread_count(viewer: User) -> int:
    """How many are unread, MAX_COUNT for that many or more. Those of messages are left out: the chats count them."""
    return len(_for_the_bell(viewer=viewer.pk, most=MAX_COUNT))


_for_the_bell = Prepared(  # on every page
    lambda viewer, most: Notification.objects.visible_to(somebody(viewer)).unread().for_the_bell().values_list("pk")[:most], viewer=UUIDField()
)


def has_unread(viewer: User) -> bool:
    """Whether anything in the inbox is unread, messages included."""
    return bool(_any_unread(viewer=viewer.pk))


_any_unread = Prepared(lambda viewer: Notification.objects.visible_to(somebody(viewer)).unread().values_list("pk")[:1], viewer=UUIDField())


def complete(viewer: User, lines: Sequence[Notification]) -> None:
    """Give the viewer's lines what their rows do not hold, as ``complete_all`` does."""
    for line in lines:
        line.recipient = viewer
    complete_all(lines)


def complete_all(lines: Sequence[Notification]) -> None:
    """Give lines, whosever they are, what their rows do not hold, in the same few queries for any number of them.

    The beginning of what they are about; somebody to name where the latest actor no longer exists for whose line it is, or is muted; and for
    several new followers or friends the list of them to lead to.
    """
    _quote(lines)
    here = set(Notification.objects.with_actor_there().filter(pk__in=[line.pk for line in lines if line.actor_id]).values_list("pk", flat=True))
    _name_others({line.pk: line for line in lines if line.actor_id and line.pk not in here})
    for line in lines:
        viewer = line.recipient
        if line.kind == Kind.FOLLOW and line.actor:
            line.path = f"/{viewer.username}/followers/" if line.actor_count > 1 else f"/{line.actor.username}/"
        elif line.kind == Kind.FRIEND_ACCEPT and line.actor:
            line.path = "/friends/" if line.actor_count > 1 else f"/{line.actor.username}/"


def _quote(lines: Sequence[Notification]) -> None:
    posts = Post.objects.in_bulk([line.target_id for line in lines if line.target_kind == "post" and line.target_id])
    comments = Comment.objects.in_bulk([line.target_id for line in lines if line.target_kind == "comment" and line.target_id])
    for line in lines:
        about = posts.get(line.target_id) or comments.get(line.target_id) if line.target_id else None
        line.excerpt = about.excerpt if about else ""


def _name_others(lines: dict[UUID, Notification]) -> None:
    """The latest of those in a line who exist for whose it is takes the place of one who does not."""
    heard = Cause.objects.filter(present(RECIPIENT, "actor"), not_muted(RECIPIENT, "actor_id"), notification__in=lines)
    causes = heard.select_related("actor").order_by("-pk")
    found: dict[UUID, list[Cause]] = {}
    for cause in causes:
        found.setdefault(cause.notification_id, []).append(cause)
    comment_ids = [UUID(its[0].thing.removeprefix("comment:")) for its in found.values() if its[0].thing.startswith("comment:")]
    paths = {f"comment:{comment.pk}": comment.get_absolute_url() for comment in Comment.objects.filter(pk__in=comment_ids)}
    for line_id, its in found.items():
        line = lines[line_id]
        line.actor, line.actor_count = its[0].actor, len({cause.actor_id for cause in its})
        line.path = paths.get(its[0].thing, line.path)
