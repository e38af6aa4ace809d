"""Shapes of numbers, codes and what they change, for pages and for what REST shares with them."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.sessions.codes import DIGITS
from accounts.users import phones
from accounts.users.models import USERNAME_HELP, User
from accounts.users.names import USERNAME_VALIDATORS
from core.errors import Invalid

HOW_TO_CHOOSE = "At least 8 characters; a few words are better than a clever one."


class PhoneField(forms.CharField):
    """A mobile number as people type it; E.164 once it is clean."""

    widget = forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"})

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"label": "Mobile number", "max_length": phones.LONGEST, **arguments})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return phones.normalise(text) if text else ""
        except Invalid as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None


class PhoneForm(forms.Form):
    phone = PhoneField()


class UsernameField(forms.CharField):
    """The name somebody new chooses."""

    widget = forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"})

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"max_length": 50, "help_text": USERNAME_HELP, **arguments})


class PhoneSignUpForm(forms.Form):
    """Without a password one signs in by code."""

    username = UsernameField()
    phone = PhoneField(help_text="With + and the country. We text you a code.")
    password = forms.CharField(
        required=False,
        strip=False,
        max_length=1000,
        label="Password (optional)",
        help_text="At least 8 characters. Leave it empty to sign in by code each time.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        name: str = get_adapter().clean_username(self.cleaned_data["username"])
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if password := cleaned.get("password"):
            try:
                validate_password(password, User(username=cleaned.get("username", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned


class CodeForm(forms.Form):
    code = forms.RegexField(
        rf"^\s*([0-9]\s*){{{DIGITS}}}\Z",
        error_messages={"invalid": "Six digits."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"}),
    )

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split())


class CodeAndNameForm(CodeForm):
    """For a sign-up whose name was taken meanwhile. Whether this one is free is asked once the code is right."""

    username = UsernameField(label="Another username", validators=USERNAME_VALIDATORS)


class ResetByCodeForm(CodeForm):
    """Whether the password will do is asked of the code's person, once the code is right (``asking.reset_password``)."""

    password1 = forms.CharField(
        strip=False,
        max_length=1000,
        label="New password",
        help_text=HOW_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        strip=False, max_length=1000, label="New password again", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "password1" in cleaned and "password2" in cleaned and cleaned["password1"] != cleaned["password2"]:
            self.add_error("password2", "You must type the same password each time.")
        return cleaned


class ChangeEmailForm(forms.Form):
    email = forms.EmailField(label="New email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class ChangePhoneForm(forms.Form):
    phone = PhoneField(label="New mobile number", help_text="With + and the country. We text you a code.")
