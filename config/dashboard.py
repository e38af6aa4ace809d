"""The first page of the admin: what waits for somebody, what happened today, and the head of the moderators' queue.

Everybody sees the figures of what they may look at. Today is counted from the keys, which are ordered by time, so no figure reads more than
the rows it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.users.models import User
from chat.messages.models import Message
from core.events.models import OutboxEvent
from core.mail.models import OutgoingMail
from core.ops.models import FailedTask
from core.sms.models import OutgoingText
from media_app.uploads.models import Upload
from moderation.reports.models import Case, State
from social.posts.models import Comment, Post

MAX_COUNT = 10_000  # counting stops there: more says no more
QUEUE_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and where its rows are listed. ``alarming`` ones are painted when they are not zero."""

    title: str
    icon: str
    rows: Callable[[], QuerySet[Any]]
    query: str = ""
    alarming: bool = False
    listed: bool = True


WAITING = [
    Figure("Undecided reports", "gavel", lambda: Case.objects.undecided()),
    Figure("Events to be handled", "outbox", lambda: OutboxEvent.objects.filter(failed_at=None), "failed_at__isempty=1"),
    Figure("Events given up", "error", lambda: OutboxEvent.objects.exclude(failed_at=None), "failed_at__isempty=0", alarming=True),
    Figure("Failed tasks", "running_with_errors", lambda: FailedTask.objects.all(), alarming=True),
    Figure("Mail to be sent", "outgoing_mail", lambda: OutgoingMail.objects.filter(sent_at=None, failed_at=None), "state=waiting"),
    Figure("Texts to be sent", "sms", lambda: OutgoingText.objects.filter(sent_at=None, failed_at=None), "state=waiting"),
    Figure("Texts given up", "sms_failed", lambda: OutgoingText.objects.exclude(failed_at=None), "state=given_up", alarming=True),
    Figure("Mail given up", "unsubscribe", lambda: OutgoingMail.objects.exclude(failed_at=None), "state=given_up", alarming=True),
]
TODAY = [
    Figure("Sign-ups", "person_add", lambda: since_midnight(User)),
    Figure("Posts", "article", lambda: since_midnight(Post)),
    Figure("Comments", "comment", lambda: since_midnight(Comment)),
    Figure("Messages", "forum", lambda: since_midnight(Message), listed=False),
    Figure("Uploads", "upload", lambda: since_midnight(Upload)),
]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What ``templates/admin/index.html`` shows to this member of staff."""
    context["waiting"] = [shown(figure) for figure in WAITING if may_see(request, figure)]
    context["today"] = [shown(figure) for figure in TODAY if may_see(request, figure)]
    context["queue"] = list(Case.objects.visible_to(moderator(request)).undecided().order_by("-report_count", "id")[:QUEUE_SHOWN])
    context["mine"] = list(Case.objects.visible_to(moderator(request)).filter(state=State.CLAIMED, claimed_by=request.user.pk)[:QUEUE_SHOWN])
    return context


def moderator(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def may_see(request: HttpRequest, figure: Figure) -> bool:
    options = figure.rows().model._meta
    return moderator(request) is not None and request.user.has_perm(f"{options.app_label}.view_{options.model_name}")


def shown(figure: Figure) -> dict[str, Any]:
    rows = figure.rows()
    count = rows.order_by()[:MAX_COUNT].count()
    options = rows.model._meta
    path = reverse(f"admin:{options.app_label}_{options.model_name}_changelist") if figure.listed else ""
    return {
        "title": figure.title,
        "icon": figure.icon,
        "count": count,
        "more": count == MAX_COUNT,
        "path": f"{path}?{figure.query}" if figure.query else path,
        "alarm": figure.alarming and count > 0,
    }


def since_midnight(model: type[Model]) -> QuerySet[Any]:
    """The rows made today. Their keys begin with the milliseconds they were made at (RFC 9562 §5.7)."""
    return model._default_manager.filter(pk__gte=first_key_after(timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)))


def first_key_after(moment: datetime) -> UUID:
    return UUID(int=(moment - datetime.fromtimestamp(0, tz=moment.tzinfo)) // timedelta(milliseconds=1) << 80)
