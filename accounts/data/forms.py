"""What the page sends that deletes an account."""

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.http import QueryDict

from accounts.users.models import User


class DeleteAccountForm(forms.Form):
    password = forms.CharField(
        label="Password", max_length=1_000, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    code = forms.CharField(
        label="Code of your second factor",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}),
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        if not is_mfa_enabled(user):
            del self.fields["code"]
