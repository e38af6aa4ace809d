"""Reporting as a page: a plain form, reached from the menus of posts, comments and profiles."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.api.limits import enforce
from core.errors import DomainError, NotFound
from moderation.reports import selectors, services
from moderation.reports.forms import ReportForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: HttpRequest, kind: str, target_id: UUID) -> HttpResponse:
    """Say what is wrong with a thing, then go back to it."""
    reporter = request.user
    try:
        known, thing = selectors.reportable_thing(reporter, kind, target_id)  # type: ignore[arg-type]
    except NotFound:
        raise Http404 from None
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            enforce("reports", f"person:{reporter.pk}")
            services.report(reporter=reporter, kind=kind, target_id=target_id, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Thank you. A moderator will look at it, and you will hear what came of it.")
            return redirect(known.url(thing))
    context = {"form": form, "label": known.label, "person": known.author(thing), "text": known.text(thing), "back": known.url(thing)}
    return render(request, "moderation/reports/report.html", context, status=400 if form.errors else 200)
