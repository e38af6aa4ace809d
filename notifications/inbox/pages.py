"""The inbox as a page. Works without scripts: opening a line marks it as read on the way."""

from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError
from notifications.inbox import selectors, services, wording
from notifications.inbox.models import Notification


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """The latest first, under the day they happened on."""
    viewer = request.user
    page = selectors.inbox(viewer, cursor=request.GET.get("cursor"))  # type: ignore[arg-type]
    lines = [{"line": line, "who": wording.who(line), "what": wording.what(line)} for line in page.items]
    days = [(day, list(group)) for day, group in groupby(lines, key=lambda shown: day_of(shown["line"]))]  # type: ignore[arg-type]
    context = {"days": days, "next": page.next, "unread": selectors.has_unread(viewer)}  # type: ignore[arg-type]
    return render(request, "notifications/inbox/inbox.html", context)


@require_POST
@login_required
def open_notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Mark a line as read and go where it leads. One that is gone leads back to the inbox."""
    try:
        line = services.mark_read(viewer=request.user, notification_id=notification_id)  # type: ignore[arg-type]
    except DomainError:
        messages.info(request, "That notification is gone.")
        return redirect("notifications")
    return redirect(line.path)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_all_read(viewer=request.user)  # type: ignore[arg-type]
    return redirect("notifications")


@require_POST
@login_required
def delete_notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    services.delete_notification(viewer=request.user, notification_id=notification_id)  # type: ignore[arg-type]
    return redirect("notifications")


def day_of(line: Notification) -> str:
    day, today = timezone.localtime(line.updated_at).date(), timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "j F Y" if day.year != today.year else "l, j F")
