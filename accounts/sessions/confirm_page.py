"""The page that asks people to confirm that it is them, in the ways they have (``step_up``), and lets them go on to where they were going."""

from typing import Any

from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.base.internal.flows import post_authentication
from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import View

from accounts.sessions import passkeys, step_up
from accounts.sessions.current import session_id
from accounts.sessions.forms import ConfirmCodeForm, ConfirmPasswordForm
from accounts.sessions.passkey_pages import answer_in, as_attributes
from core.api.limits import enforce_request
from core.errors import DomainError


class Confirm(LoginRequiredMixin, View):
    """What one may give is what the person has; whatever else is sent is not looked at."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        form, refusal = None, None
        try:
            enforce_request(request, "sign_in_address")
            if "credential" in request.POST:
                self.accept_passkey(request)
                return self.go_on(request)
            form = self.given(request)
            if form is not None and form.is_valid():
                self.accept(request, form)
                return self.go_on(request)
        except DomainError as error:
            form, refusal = None, error
        return self.ask(request, form, refusal)

    def given(self, request: HttpRequest) -> Form | None:
        """The form that was filled in."""
        ways = step_up.wanted_of(request.user).ways  # type: ignore[arg-type]
        if "code" in ways and "code" in request.POST:
            return ConfirmCodeForm(request.POST, user=request.user)
        if "password" in ways and "password" in request.POST:
            return ConfirmPasswordForm(request.POST, user=request.user)
        return None

    def accept(self, request: HttpRequest, form: Form) -> None:
        if isinstance(form, ConfirmCodeForm):
            form.save()
        else:
            reauthenticate_by_password(request)

    def accept_passkey(self, request: HttpRequest) -> None:
        answer = answer_in(request.POST)
        passkey = passkeys.check_answer(purpose="confirm", subject=str(session_id(request)), user=request.user, **answer)  # type: ignore[arg-type]
        post_authentication(request, passkey, reauthenticated=True)

    def go_on(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(self.target(request) or settings.LOGIN_REDIRECT_URL)

    def ask(self, request: HttpRequest, form: Form | None = None, refusal: DomainError | None = None) -> HttpResponse:
        ways = step_up.wanted_of(request.user).ways  # type: ignore[arg-type]
        if form is None and "code" in ways:
            form = ConfirmCodeForm(user=request.user)
        elif form is None and "password" in ways:
            form = ConfirmPasswordForm(user=request.user)
        context: dict[str, Any] = {"ways": ways, "form": form, "refusal": refusal, "next_url": self.target(request)}
        if "passkey" in ways:
            context["ceremony"] = as_attributes(passkeys.begin_answer("confirm", str(session_id(request)), request.user))  # type: ignore[arg-type]
        return render(request, "accounts/sessions/confirm.html", context, status=refusal.status if refusal else 200)

    def target(self, request: HttpRequest) -> str:
        """Where to go on to: a page of this site, or nowhere."""
        wished = request.POST.get("next") or request.GET.get("next") or ""
        return wished if url_has_allowed_host_and_scheme(wished, {request.get_host()}) else ""
