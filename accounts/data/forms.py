"""What the page sends that deletes an account."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from accounts.users.models import User


class DeleteAccountForm(forms.Form):
    """Nothing secret is asked for here (step-up has done that), but something nobody sends by accident: one's own username."""

    username = forms.CharField(
        max_length=51, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"})
    )

    def __init__(self, user: User, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.user = user
        self.fields["username"].label = f"To go on, type your username, {user.username}"

    def clean_username(self) -> str:
        """As people write their names: with or without the @, in whatever case."""
        typed: str = self.cleaned_data["username"]
        if typed.removeprefix("@").casefold() != self.user.username.casefold():
            raise ValidationError("That is not your username.")
        return typed
