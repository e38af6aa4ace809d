"""Shapes of what people type, for pages and (as allauth's inputs) for REST."""

from typing import Any

from allauth.account import forms as allauth
from allauth.account.forms import LoginForm, SignupForm
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.headless.account.inputs import RequestPasswordResetInput, SignupInput
from allauth.headless.mfa.inputs import AuthenticateInput, ReauthenticateInput
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import CharField, EmailField, Form
from django.http import HttpRequest, HttpResponse

from accounts.sessions.code_forms import HOW_TO_CHOOSE
from accounts.sessions.services import spend
from accounts.users.models import USERNAME_HELP, User
from accounts.users.services import EmailTaken
from core.api.limits import enforce

AT_ONCE = 20  # sign-ups with one address at the same moment, past which the newest need not win


class Discreet:
    """Sign-up that never tells whether an address is known: same answer, a mail either way, and the same hashing done."""

    account_already_exists: bool
    cleaned_data: dict[str, Any]

    def validate_unique_email(self, value: str) -> str:
        """A sign-up that nobody has confirmed is no account: it gives way (``accounts.users.services.add_user``)."""
        email: str = super().validate_unique_email(value)  # type: ignore[misc]
        holders = {user.pk for user in filter_users_by_email(email)}
        self.account_already_exists = bool(holders - set(User.objects.unconfirmed().filter(pk__in=holders).values_list("pk", flat=True)))
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Raises UsernameTaken. In the transaction in which the mail follows, so that sign-ups with one address come one after the other."""
        if self.account_already_exists:
            make_password(self.cleaned_data.get("password1") or self.cleaned_data.get("password"))
        for _ in range(AT_ONCE):
            try:
                with transaction.atomic():
                    if self.account_already_exists:
                        self._let_mail_through(request)
                    saved: tuple[User | None, HttpResponse | None] = super().try_save(request)  # type: ignore[misc]
                    self._let_mail_through(request)
                    return saved
            except EmailTaken:  # somebody signed up with it between the check and now: this one is the newer, unless theirs is confirmed
                self.validate_unique_email(self.cleaned_data["email"])
        return None, prevent_enumeration(request, email=self.cleaned_data["email"])

    def _let_mail_through(self, request: HttpRequest) -> None:
        """Each sign-up has its mail, whatever was sent to the address a moment ago: the link in that may be dead now. The doors count mails."""
        ratelimit.clear(request, action="confirm_email", key=self.cleaned_data["email"])


class CountedCode:
    """Guesses at a second factor are counted by person, wherever they come from. A code from the app works once, for as long as it is in date."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        enforce("second_factor", f"person:{self.user.pk}")
        code: str = super().clean_code()  # type: ignore[misc]
        # allauth remembers it for one period of thirty seconds; with MFA_TOTP_TOLERANCE it is in date for three.
        is_first = self.authenticator.type != Authenticator.Type.TOTP or spend(f"totp {self.user.pk} {normalize_user_code(code)}")
        if not is_first:
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignUpForm(Discreet, SignupForm):
    field_order = ["username", "email", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = USERNAME_HELP
        self.fields["password1"].help_text = HOW_TO_CHOOSE
        _without_placeholders(self.fields)


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = CharField(label="Email, username or phone", max_length=254)
        self.fields["login"].widget.attrs.update(autocomplete="username webauthn", autocapitalize="none", spellcheck="false")
        self.fields["password"].help_text = ""
        _without_placeholders(self.fields)


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Current password"
        _ask_twice(self.fields)


class SetPasswordForm(allauth.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_twice(self.fields)


class Forgetful:
    """Whoever signed up, confirmed nothing and forgot the password: setting a new one by mail proves the address as well as the link does."""

    cleaned_data: dict[str, Any]

    def clean_email(self) -> str:
        email: str = super().clean_email()  # type: ignore[misc]
        self.users = [*self.users, *User.objects.unconfirmed().filter(email=email.lower())]  # type: ignore[has-type]
        return email


class ForgotPasswordForm(Forgetful, allauth.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self.fields)


class ResetPasswordForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_twice(self.fields)


class ConfirmPasswordForm(allauth.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self.fields)


class SecondFactorForm(CountedCode, AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self.fields)


class SetUpAppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from the app"
        _without_placeholders(self.fields)


class ConfirmCodeForm(CountedCode, ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self.fields)


class SignUpInput(Discreet, SignupInput):
    def clean(self) -> dict[str, Any]:
        """Passwords like the name or the address are refused, as on the page."""
        cleaned: dict[str, Any] = super().clean()
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(username=cleaned.get("username", ""), email=cleaned.get("email")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ForgotPasswordInput(Forgetful, RequestPasswordResetInput):
    pass


class MfaInput(CountedCode, AuthenticateInput):
    pass


class ConfirmCodeInput(CountedCode, ReauthenticateInput):
    pass


def _ask_twice(fields: dict[str, Any]) -> None:
    fields["password1"].label = "New password"
    fields["password1"].help_text = HOW_TO_CHOOSE
    fields["password2"].label = "New password again"
    _without_placeholders(fields)


def _without_placeholders(fields: dict[str, Any]) -> None:
    """Labels say it, and stay when one types."""
    for form_field in fields.values():
        form_field.widget.attrs.pop("placeholder", None)


class EmailForm(Form):
    email = EmailField(label="Email", max_length=254)
