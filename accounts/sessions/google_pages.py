"""Google in a browser: there, back again, picking a username, and connected accounts in the settings."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.internal.flows.signup import clear_pending_signup, complete_social_signup, get_pending_signup
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import FormView, TemplateView, View

from accounts.sessions import google
from accounts.sessions.adapters import ACCOUNTS
from accounts.sessions.code_forms import UsernameField
from accounts.sessions.provider import GoogleAdapter
from accounts.sessions.step_up import ReauthenticationRequired, step_up
from accounts.users.names import USERNAME_VALIDATORS
from core.api.limits import enforce_request
from core.errors import Conflict, DomainError, Unavailable


class GoogleStart(View):
    """Sends the browser to Google, with state and PKCE. A POST: another site's link must not begin it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            enforce_request(request, "sign_in_address")
            return google.go_there(request, AuthProcess.LOGIN, get_next_redirect_url(request))
        except Unavailable as refusal:
            messages.error(request, refusal.message)
            return redirect("account_login")


class GoogleCallback(View):
    """Where Google sends the browser back to."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        home = ACCOUNTS if request.user.is_authenticated else "account_login"
        if request.GET.get("error") == "access_denied":
            messages.info(request, "You came back from Google without signing in.")
            return redirect(home)
        try:
            google.provider(request)
            response: HttpResponseBase = OAuth2CallbackView.adapter_view(GoogleAdapter(request))(request)
        except ReauthenticationRequired:
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': reverse(ACCOUNTS)})}")
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect(home)
        return response


class UsernameForm(Form):
    username = UsernameField()

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        for validate in USERNAME_VALIDATORS:
            validate(username)
        try:
            account_adapter().clean_username(username)
        except ValidationError as error:
            raise ValidationError(error.messages) from None
        return username


class GoogleSignUp(FormView):
    """The one question left to somebody new: what to be called."""

    template_name = "accounts/sessions/google_sign_up.html"
    form_class = UsernameForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.login = get_pending_signup(request)
        if self.login is None or request.user.is_authenticated:
            return redirect("account_login")
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"email": self.login.account.extra_data.get("email", ""), **super().get_context_data(**kwargs)}

    def form_valid(self, form: UsernameForm) -> HttpResponse:
        try:
            enforce_request(self.request, "sign_up")
            google.sign_up(login=self.login, username=form.cleaned_data["username"])
        except DomainError as refusal:
            return self.render_to_response(self.get_context_data(form=form, refusal=refusal), status=refusal.status)
        clear_pending_signup(self.request)
        response: HttpResponse = complete_social_signup(self.request, self.login)
        return response


class ConnectedAccounts(LoginRequiredMixin, TemplateView):
    template_name = "accounts/sessions/connected_accounts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        accounts = list(SocialAccount.objects.filter(user=self.request.user).order_by("pk"))
        return {"accounts": accounts, "google": google.is_on(self.request), **super().get_context_data(**kwargs)}


@method_decorator(login_required, name="dispatch")
class Connect(View):
    http_method_names = ["post"]

    @step_up
    def post(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return google.go_there(request, AuthProcess.CONNECT, reverse(ACCOUNTS))
        except Unavailable as refusal:
            messages.error(request, refusal.message)
            return redirect(ACCOUNTS)


@method_decorator(login_required, name="dispatch")
class Disconnect(View):
    http_method_names = ["post"]

    @step_up
    def post(self, request: HttpRequest, account_id: int) -> HttpResponse:
        try:
            google.disconnect(user=request.user, account_id=account_id)  # type: ignore[arg-type]
        except Conflict as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "Google no longer opens your account.")
        return HttpResponseRedirect(reverse(ACCOUNTS))
