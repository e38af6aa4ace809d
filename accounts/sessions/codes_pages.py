"""Codes in a browser: signing in and up with one, and the account's address and number. All of it works without script."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import FormView, TemplateView

from accounts.sessions import asking, codes, entering, identities, selectors
from accounts.sessions.asking import Wish
from accounts.sessions.code_forms import ChangeEmailForm, ChangePhoneForm, CodeAndNameForm, CodeForm, PhoneForm, PhoneSignUpForm, ResetByCodeForm
from accounts.sessions.codes import CodeExpired, Issued
from accounts.sessions.counting import count_sign_up
from accounts.sessions.current import session_id
from accounts.sessions.forms import EmailForm
from accounts.sessions.models import Purpose, Session
from accounts.sessions.pages import Limited, WithCaptcha
from accounts.sessions.step_up import step_up
from accounts.users import phones
from accounts.users.services import UsernameTaken
from core.errors import DomainError, NotFound
from core.sms import services as sms

PENDING_KEY = "hubbub_code"  # where Django's session keeps the token of the code somebody is about to type, and where they wanted to go


def remember(request: HttpRequest, issued: Issued, next_path: str = "") -> None:
    request.session[PENDING_KEY] = [issued.token, next_path]


def pending(request: HttpRequest) -> tuple[str, str]:
    token, next_path = request.session.get(PENDING_KEY) or ("", "")
    return token, next_path


class ForStrangers:
    """Whoever is signed in already goes home."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class NeedsSms:
    """Where no text messages are sent, there is no such page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not sms.is_offered():
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class Ask(Limited, FormView):
    """Says where the code is to go."""

    wish: Wish
    success_url = reverse_lazy("enter_code")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"next_url": self.next_path(), **super().get_context_data(**kwargs)}

    def next_path(self) -> str:
        target = self.request.POST.get("next") or self.request.GET.get("next", "")
        return target if url_has_allowed_host_and_scheme(target, {self.request.get_host()}) else ""

    def form_valid(self, form: Form) -> HttpResponse:
        remember(self.request, asking.ask(self.request, self.wish, form.cleaned_data), self.next_path())
        return super().form_valid(form)


class SignInByEmail(ForStrangers, Ask):
    template_name = "accounts/sessions/sign_in_email.html"
    form_class = EmailForm
    wish = asking.SIGN_IN_BY_EMAIL
    scope = wish.scope


class SignInByPhone(NeedsSms, ForStrangers, Ask):
    template_name = "accounts/sessions/sign_in_phone.html"
    form_class = PhoneForm
    wish = asking.SIGN_IN_BY_PHONE
    scope = wish.scope


class ForgotByPhone(NeedsSms, Ask):
    """Also for whoever is signed in by code, and would like a password they know."""

    template_name = "accounts/sessions/forgot_phone.html"
    form_class = PhoneForm
    success_url = reverse_lazy("reset_by_code")
    wish = asking.RESET_BY_PHONE
    scope = wish.scope


class SignUpByPhone(NeedsSms, ForStrangers, Limited, WithCaptcha, FormView):
    template_name = "accounts/sessions/sign_up_phone.html"
    form_class = PhoneSignUpForm
    success_url = reverse_lazy("enter_code")
    scope = "sign_up_forms"

    def form_valid(self, form: Form) -> HttpResponse:
        count_sign_up(self.request, "sms", form.cleaned_data["phone"])
        remember(self.request, identities.ask_to_sign_up(**form.cleaned_data, where=asking.where(self.request)))
        return super().form_valid(form)


class TypeCode(Limited, FormView):
    """The six digits, or having them sent again."""

    form_class = CodeForm
    scope = "confirm"
    start = ""  # the page that asks for a first code

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not pending(request)[0]:
            return HttpResponseRedirect(reverse(self.start))
        return super().get(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Asking for another code fills no form."""
        arguments: dict[str, Any] = super().get_form_kwargs()
        if "again" in self.request.POST:
            del arguments["data"]
        return arguments

    def form_invalid(self, form: Form) -> HttpResponse:
        if "again" not in self.request.POST:
            return super().form_invalid(form)
        token, next_path = pending(self.request)
        remember(self.request, asking.send_again(self.request, token), next_path)
        messages.success(self.request, "Another code is on its way.")
        return HttpResponseRedirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            code = codes.waiting(pending(self.request)[0])
        except CodeExpired:
            return {"start": reverse(self.start), **super().get_context_data(**kwargs)}
        shown = phones.shown(code.destination) if code.destination.startswith("+") else code.destination
        return {"sent_to": shown, "by_phone": shown != code.destination, "wait": codes.retry_after(code), **super().get_context_data(**kwargs)}


class EnterCode(ForStrangers, TypeCode):
    """Where the name of a sign-up was taken meanwhile, another one is asked for beside the code, which still works."""

    template_name = "accounts/sessions/enter_code.html"
    start = "account_login"
    name_is_taken = False

    def get_form_class(self) -> type[Form]:
        return CodeAndNameForm if self.name_is_taken or "username" in self.request.POST else CodeForm

    def refuse(self, refusal: DomainError) -> HttpResponse:
        self.name_is_taken = isinstance(refusal, UsernameTaken)
        return super().refuse(refusal)

    def form_valid(self, form: Form) -> HttpResponse:
        token, next_path = pending(self.request)
        typed = {"digits": form.cleaned_data["code"], "username": form.cleaned_data.get("username", "")}
        user, code = asking.whom_to_let_in(self.request, token=token, purposes={Purpose.SIGN_IN, Purpose.SIGN_UP}, **typed)
        del self.request.session[PENDING_KEY]
        return entering.enter(self.request, user, code, next_path)


class ResetByCode(TypeCode):
    """The six digits and the new password, in one form: a password that will not do costs no code."""

    template_name = "accounts/sessions/reset_by_code.html"
    form_class = ResetByCodeForm
    success_url = reverse_lazy("account_login")
    start = "forgot_phone"

    def form_valid(self, form: Form) -> HttpResponse:
        token, _ = pending(self.request)
        try:
            asking.reset_password(self.request, token=token, digits=form.cleaned_data["code"], password=form.cleaned_data["password1"])
        except ValidationError as unfit:
            form.add_error("password1", unfit)
            return self.form_invalid(form)
        self.request.session.flush()  # the one here, too, where somebody was signed in
        messages.success(self.request, "Your new password is set. Sign in with it.")
        return super().form_valid(form)


class Account(LoginRequiredMixin, TemplateView):
    """What one is known and reached by."""

    template_name = "accounts/sessions/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person: Any = self.request.user
        return {"phone": phones.shown(person.phone) if person.phone else "", "offers_phones": sms.is_offered(), **super().get_context_data(**kwargs)}


@method_decorator(login_required, name="dispatch")
class Change(Limited, FormView):
    """Something one is reached by. Asks to confirm that it is them."""

    template_name = "accounts/sessions/account_change.html"
    success_url = reverse_lazy("settings_account_code")
    title = lead = button = ""
    variant = "primary"

    @step_up
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"title": self.title, "lead": self.lead, "button": self.button, "variant": self.variant, **super().get_context_data(**kwargs)}


class AskToChange(Change):
    """Asks for the new place, and sends a code there."""

    wish: Wish

    def form_valid(self, form: Form) -> HttpResponse:
        person: Any = self.request.user
        remember(self.request, asking.ask(self.request, self.wish, form.cleaned_data, user=person))
        return super().form_valid(form)


class ChangeEmail(AskToChange):
    form_class = ChangeEmailForm
    wish = asking.CHANGE_EMAIL
    scope = wish.scope
    title, lead, button = "Change your address", "We mail a code to the new address. It is yours here once you have typed it.", "Mail me a code"


class ChangePhone(NeedsSms, AskToChange):
    form_class = ChangePhoneForm
    wish = asking.CHANGE_PHONE
    scope = wish.scope
    title, lead, button = "Change your number", "We text a code to the new number. It is yours here once you have typed it.", "Text me a code"


class RemovePhone(Change):
    form_class = Form
    scope = "confirm"
    success_url = reverse_lazy("settings_account")
    title, lead, button = "Remove your number", "You can no longer sign in with it. Your other sessions are signed out.", "Remove it"
    variant = "danger"

    def form_valid(self, form: Form) -> HttpResponse:
        person: Any = self.request.user
        identities.remove_phone(user=person, where=asking.where(self.request), keep=session_in_use(self.request))
        messages.success(self.request, "Your number is removed.")
        return super().form_valid(form)


class EnterChangeCode(LoginRequiredMixin, TypeCode):
    template_name = "accounts/sessions/account_code.html"
    success_url = reverse_lazy("settings_account")
    start = "settings_account"

    def form_valid(self, form: Form) -> HttpResponse:
        person: Any = self.request.user
        keep = session_in_use(self.request)
        token, _ = pending(self.request)
        purposes = {Purpose.CHANGE_EMAIL, Purpose.CHANGE_PHONE}
        code = asking.spend(self.request, token=token, digits=form.cleaned_data["code"], purposes=purposes, user=person)
        del self.request.session[PENDING_KEY]
        change = identities.change_email if code.purpose == Purpose.CHANGE_EMAIL else identities.change_phone
        change(user=person, code=code, where=asking.where(self.request), keep=keep)
        messages.success(self.request, f"Your new {'address' if code.purpose == Purpose.CHANGE_EMAIL else 'number'} is set.")
        return super().form_valid(form)


def session_in_use(request: HttpRequest) -> Session:
    """The session this browser came by. Raises NotFound for a cookie from before there were any."""
    current = session_id(request)
    if current is None:
        raise NotFound
    return selectors.session_of(request.user, current)  # type: ignore[arg-type]
