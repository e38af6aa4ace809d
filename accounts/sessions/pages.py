"""Signing up, in and out in a browser. allauth's views carry out what was asked; here are our templates, paths and limits."""

from typing import Any, ClassVar

from allauth.account import views as allauth
from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.base import views as allauth_mfa
from allauth.mfa.base.internal.flows import post_authentication
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView, TemplateView, View

from accounts.sessions import disowning, google, passkeys, selectors, services, step_up, verification
from accounts.sessions.adapters import LinkExpired
from accounts.sessions.counting import count_sign_up
from accounts.sessions.current import session_id
from accounts.sessions.devices import device_name
from accounts.sessions.forms import EmailForm
from accounts.sessions.passkey_pages import answer_in, as_attributes
from core import captcha
from core.api.addresses import client_address
from core.api.limits import enforce_request
from core.errors import DomainError, NotFound
from core.sms import services as sms


class Limited:
    """A form that may be sent so often. A refusal (too often, suspended, taken meanwhile) is shown on the form, which keeps what was typed."""

    scope = ""
    name_field = ""
    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        names = [value] if (value := request.POST.get(self.name_field, "")) else []
        try:
            if self.scope:
                enforce_request(request, self.scope, *names)
            response: HttpResponse = super().post(request, *args, **kwargs)  # type: ignore[misc]
        except step_up.ReauthenticationRequired:
            raise
        except DomainError as refusal:
            return self.refuse(refusal)
        return response

    def refuse(self, refusal: DomainError) -> HttpResponse:
        arguments = self.get_form_kwargs()  # type: ignore[attr-defined]
        typed = arguments.pop("data", {})
        arguments.pop("files", None)
        arguments["initial"] = {name: typed[name] for name in typed if "password" not in name}
        form = self.get_form_class()(**arguments)  # type: ignore[attr-defined]
        return self.render_to_response(self.get_context_data(form=form, refusal=refusal), status=refusal.status)  # type: ignore[attr-defined,no-any-return]


class WithGoogle:
    """The button is there when the operator has set Google up."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"google": google.is_on(self.request), **super().get_context_data(**kwargs)}  # type: ignore[attr-defined,misc]


class WithCaptcha:
    """A form that asks whether one is a person, where the site does (``core.captcha``)."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if asked := captcha.provider():
            captcha.check(request.POST.get(asked.field, ""), client_address(request))
        return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"captcha": captcha.provider(), **super().get_context_data(**kwargs)}  # type: ignore[misc]

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        response: HttpResponse = super().render_to_response(context, **options)  # type: ignore[misc]
        if asked := captcha.provider():
            response._csp_update = asked.policy  # type: ignore[attr-defined]  # what django-csp's decorator sets
        return response


class SignUp(WithGoogle, Limited, WithCaptcha, allauth.SignupView):
    template_name = "accounts/sessions/sign_up.html"
    scope = "sign_up_forms"

    def form_valid(self, form: Any) -> HttpResponse:
        """Account and mail in one transaction: a newer sign-up with the address takes the place of all of this one or of nothing."""
        count_sign_up(self.request, "mail", form.cleaned_data["email"])
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"offers_phones": sms.is_offered(), **super().get_context_data(**kwargs)}


class SignIn(WithGoogle, Limited, allauth.LoginView):
    template_name = "accounts/sessions/sign_in.html"
    scope = "sign_in_address"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The ceremony comes along for passkeys the browser offers by itself: were it asked for, each look at the page would count as a try."""
        ceremony = as_attributes(passkeys.begin_answer("sign_in", ""))
        return {"offers_phones": sms.is_offered(), "ceremony": ceremony, **super().get_context_data(**kwargs)}


class SecondFactor(allauth_mfa.AuthenticateView):
    """By code, or by a passkey where there is one."""

    template_name = "accounts/sessions/second_factor.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.stage.login.user
        ways = step_up.wanted_of(person).ways
        ceremony = as_attributes(passkeys.begin_answer("second_factor", str(person.pk), person)) if "passkey" in ways else None
        return {**super().get_context_data(**kwargs), "ways": ways, "ceremony": ceremony}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(request, *args, **kwargs) if "code" in request.POST else self.by_passkey(request)
        except DomainError as refusal:
            response = self.render_to_response({**self.get_context_data(), "refusal": refusal}, status=refusal.status)
        return response

    def by_passkey(self, request: HttpRequest) -> HttpResponse:
        person = self.stage.login.user
        answer = answer_in(request.POST)
        post_authentication(request, passkeys.check_answer(purpose="second_factor", subject=str(person.pk), user=person, **answer))
        response: HttpResponse = self.stage.exit()
        return response


class SignOut(View):
    """Signing out changes something, so it is a POST."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        allauth.LogoutView(request=request).logout()
        target = request.POST.get("next", "")
        return HttpResponseRedirect(target if url_has_allowed_host_and_scheme(target, {request.get_host()}) else "/")


class VerifySent(Limited, FormView):
    """Where to look for the link, and the form to have it sent again."""

    template_name = "accounts/sessions/verify_sent.html"
    form_class = EmailForm
    success_url = reverse_lazy("account_email_verification_sent")
    scope = "mail"
    name_field = "email"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"waiting_for": self._waiting_for(), **super().get_context_data(**kwargs)}

    def form_valid(self, form: EmailForm) -> HttpResponse:
        verification.resend(self.request, form.cleaned_data["email"])
        messages.success(self.request, "A mail is on its way to that address.")
        return super().form_valid(form)

    def _waiting_for(self) -> str:
        """The address of the sign-up under way in this browser."""
        stage = get_pending_stage(self.request)
        if stage is None:
            return ""
        return str(stage.login.email or (stage.login.user and stage.login.user.email) or "")


class VerifyLink(allauth.ConfirmEmailView):
    """The link in the mail. Opening it changes nothing (mail scanners open links); the button does."""

    template_name = "accounts/sessions/verify_link.html"

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if allauth.get_emailconfirmation_model().from_key(self.kwargs["key"]) is None:
            self.object = None
            missing: HttpResponse = self.render_to_response(self.get_context_data(), status=404)
            return missing
        try:
            response: HttpResponse = super().post(*args, **kwargs)
        except LinkExpired:  # a moment ago
            response = self.render_to_response(self.get_context_data(confirmation=None), status=404)
        return response


class Forgot(Limited, allauth.PasswordResetView):
    template_name = "accounts/sessions/forgot.html"
    scope = "mail"
    name_field = "email"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"offers_phones": sms.is_offered(), **super().get_context_data(**kwargs)}


class ForgotSent(TemplateView):
    template_name = "accounts/sessions/forgot_sent.html"


class Reset(Limited, allauth.PasswordResetFromKeyView):
    template_name = "accounts/sessions/reset.html"
    scope = "confirm"
    success_url = reverse_lazy("account_login")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return response


class NotMe(Limited, FormView):
    """The link in a mail about a new way in. Opening it changes nothing (mail scanners open links); the button does, signed in or not."""

    template_name = "accounts/sessions/not_me.html"
    form_class = Form
    success_url = reverse_lazy("account_reset_password")
    scope = "confirm"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            what = disowning.what_is_meant(self.kwargs["token"])
        except NotFound:
            what = ""
        return {"what": what, **super().get_context_data(**kwargs)}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data()
        return self.render_to_response(context, status=200 if context["what"] else 404)

    def form_valid(self, form: Form) -> HttpResponse:
        disowning.disown(token=self.kwargs["token"])
        self.request.session.flush()  # the one here, too
        messages.success(self.request, "It is taken away, and your account is signed out everywhere. Now set a new password.")
        return super().form_valid(form)


@method_decorator(login_required, name="dispatch")
class ChangePassword(Limited, allauth.PasswordChangeView):
    template_name = "accounts/sessions/change_password.html"
    scope = "sign_in"

    @step_up.step_up_beside_password
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


@method_decorator(login_required, name="dispatch")
class SetPassword(Limited, allauth.PasswordSetView):
    """For whoever signed up without one."""

    template_name = "accounts/sessions/set_password.html"
    extra_context: ClassVar[dict[str, Any]] = {"is_front": True}  # of its section, for them
    scope = "sign_in"

    @step_up.step_up
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class Sessions(LoginRequiredMixin, TemplateView):
    template_name = "accounts/sessions/sessions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        current = session_id(self.request)
        rows = [
            {"session": session, "device": device_name(session.user_agent), "is_current": session.pk == current}
            for session in selectors.sessions_of(self.request.user)  # type: ignore[arg-type]
        ]
        return {"rows": rows, **super().get_context_data(**kwargs)}


class EndSession(LoginRequiredMixin, View):
    """One session, or without an id all but this one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "session_id" in kwargs:
            session = selectors.session_of(request.user, kwargs["session_id"])  # type: ignore[arg-type]
            services.end_session(session_id=session.pk)
            if session.pk == session_id(request):
                return HttpResponseRedirect(reverse("account_login"))
            messages.success(request, f"{device_name(session.user_agent)} is signed out.")
        else:
            step_up.require(request)
            ended = services.end_all_sessions(user=request.user, except_session=session_id(request))  # type: ignore[arg-type]
            messages.success(request, f"{ended} other session{'' if ended == 1 else 's'} signed out.")
        return HttpResponseRedirect(reverse("settings_sessions"))
