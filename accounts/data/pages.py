"""The settings page of one's data, and the pages that delete an account and keep it."""

from urllib.parse import urlencode

from allauth.account.stages import LoginStageController
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.data import selectors, services
from accounts.data.forms import DeleteAccountForm
from accounts.data.keeping import KeepAccountStage
from accounts.data.models import TIME_TO_RETURN
from accounts.sessions import step_up
from accounts.users.models import User
from core.api.limits import enforce_request
from core.errors import DomainError


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """The archive and how far it is; where the account ends."""
    export = selectors.latest_export(_person(request))
    return render(request, "accounts/data/overview.html", {"export": export, "can_start": not selectors.seconds_until_next(export)})


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    step_up.require(request)
    try:
        enforce_request(request, "exports")
        services.start_export(user=_person(request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("data")


@require_safe
@login_required
def progress(request: HttpRequest) -> HttpResponse:
    """The part of the page that says how far the archive is, for the script of the page."""
    export = selectors.latest_export(_person(request))
    return render(request, "accounts/data/_export.html", {"export": export, "can_start": not selectors.seconds_until_next(export)})


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """Leads to a fresh signed address, so the page may be open for days.

    Whoever has to confirm first is led back to the page about the archive, not straight to the file. It may lie with another host, where the
    content security policy lets no form lead; and a download would leave them standing before the form they have filled in.
    """
    try:
        step_up.require(request)
    except step_up.ReauthenticationRequired:
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': reverse('data')})}")
    person = _person(request)
    return redirect(selectors.download_url(selectors.ready_export(person), person.username))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Says what goes and what stays, and wants a word that shows it is meant."""
    step_up.require(request)
    person = _person(request)
    form = DeleteAccountForm(person, request.POST if request.method == "POST" else None)
    context = {"form": form, "days": TIME_TO_RETURN.days}
    if request.method == "POST" and form.is_valid():
        try:
            deletion = services.request_deletion(user=person)
        except DomainError as refusal:
            context = {**context, "form": DeleteAccountForm(person), "refusal": refusal}
            return render(request, "accounts/data/delete.html", context, status=refusal.status)
        logout(request)
        return render(request, "accounts/data/deleted.html", {"erase_at": deletion.erase_at})
    return render(request, "accounts/data/delete.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: HttpRequest) -> HttpResponseBase:
    """Between signing in and being in: keep the account, or let it go."""
    stage = LoginStageController.enter(request, KeepAccountStage.key)
    if not isinstance(stage, KeepAccountStage):
        return redirect("account_login")
    if request.method == "POST" and request.POST.get("answer") == "keep":
        try:
            response = stage.keep()
        except DomainError as refusal:
            messages.error(request, refusal.message)
            abandoned: HttpResponseBase = stage.abort()
            return abandoned
        messages.success(request, "Welcome back. Your account is kept, and everything is as it was.")
        return response
    if request.method == "POST":
        stage.abort()
        return redirect("landing")
    return render(request, "accounts/data/keep.html", {"erase_at": stage.login.user.erase_at})


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required has asked
    return request.user
