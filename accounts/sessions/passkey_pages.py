"""Passkeys in a browser: adding, naming and removing them, and signing in with one. ``static/js/passkeys.js`` talks to the device.

Each page is a form that the script fills with the device's answer, so what follows (redirects, refusals) is what follows any form.
"""

import json
from typing import Any
from urllib.parse import urlencode

from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import CharField, Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import FormView, View

from accounts.sessions import passkeys, selectors
from accounts.sessions.current import session_id
from accounts.sessions.factor_serializers import PasskeyAnswerRequest, PasskeyRequest
from accounts.sessions.passkeys import Ceremony, PasskeyRefused
from accounts.sessions.step_up import step_up
from core.api.limits import enforce_request
from core.errors import Conflict, DomainError


def as_attributes(ceremony: Ceremony) -> dict[str, str]:
    """What a page hands to the script."""
    return {"options": json.dumps(ceremony.options), "ticket": ceremony.ticket}


def answer_in(posted: QueryDict, shape: type[PasskeyAnswerRequest | PasskeyRequest] = PasskeyAnswerRequest) -> dict[str, Any]:
    """The device's answer, from a form. Raises PasskeyRefused when it has another shape."""
    try:
        credential = json.loads(posted.get("credential", ""))
    except (ValueError, RecursionError):
        raise PasskeyRefused from None
    answer = shape(data={"ticket": posted.get("ticket"), "credential": credential, "name": posted.get("name", "")})
    if not answer.is_valid():
        raise PasskeyRefused
    return dict(answer.validated_data)


class PasskeySignIn(View):
    """Takes what the button on the sign-in page brought back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        target = get_next_redirect_url(request)
        try:
            enforce_request(request, "sign_in_address")
            passkey = passkeys.check_answer(purpose="sign_in", subject="", **answer_in(request.POST))
            response: HttpResponseBase = perform_passwordless_login(request, passkey, Login(user=passkey.user, redirect_url=target))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}" if target else "account_login")
        return response


class NameForm(Form):
    name = CharField(max_length=100, label="Name", help_text="So that you know it again: where it is kept, or what it is.")


@method_decorator(login_required, name="dispatch")
class AddPasskey(FormView):
    template_name = "accounts/sessions/passkey_add.html"
    form_class = NameForm

    @step_up
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ceremony = passkeys.begin_adding(self.request.user, session_id(self.request))  # type: ignore[arg-type]
        return {"ceremony": as_attributes(ceremony), **super().get_context_data(**kwargs)}

    def form_valid(self, form: NameForm) -> HttpResponse:
        try:
            added, made_codes = passkeys.add_passkey(
                request=self.request,
                user=self.request.user,  # type: ignore[arg-type]
                session_id=session_id(self.request),
                **answer_in(self.request.POST, PasskeyRequest),
            )
        except PasskeyRefused as refusal:
            return self.render_to_response(self.get_context_data(form=form, refusal=refusal), status=refusal.status)
        messages.success(self.request, f"{added.data['name']} opens your account from now on.")
        return redirect("mfa_view_recovery_codes" if made_codes else "mfa_index")


@method_decorator(login_required, name="dispatch")
class OnePasskey(FormView):
    """Its name, and the way to be rid of it."""

    template_name = "accounts/sessions/passkey.html"
    form_class = NameForm

    def get_initial(self) -> dict[str, Any]:
        return {"name": self._passkey().data["name"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"passkey": self._passkey(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: NameForm) -> HttpResponse:
        passkeys.rename_passkey(user=self.request.user, passkey_id=self.kwargs["passkey_id"], name=form.cleaned_data["name"])  # type: ignore[arg-type]
        messages.success(self.request, "Renamed.")
        return HttpResponseRedirect(reverse("mfa_index"))

    def _passkey(self) -> Any:
        return selectors.passkey_of(self.request.user, self.kwargs["passkey_id"])  # type: ignore[arg-type]


@method_decorator(login_required, name="dispatch")
class RemovePasskey(View):
    http_method_names = ["post"]

    @step_up
    def post(self, request: HttpRequest, passkey_id: int) -> HttpResponse:
        try:
            passkeys.remove_passkey(request=request, user=request.user, passkey_id=passkey_id)  # type: ignore[arg-type]
        except Conflict as refusal:
            messages.error(request, refusal.message)
            return redirect("mfa_edit_webauthn", passkey_id)
        messages.success(request, "The passkey is removed.")
        return redirect("mfa_index")
