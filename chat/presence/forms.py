"""The form of how one wants to be seen."""

from django import forms

from accounts.users.models import SeenAs


class SeenAsForm(forms.Form):
    seen_as = forms.ChoiceField(
        label="How I look while I am here",
        choices=[(SeenAs.ONLINE, "Online"), (SeenAs.AWAY, "Away"), (SeenAs.BUSY, "Busy"), (SeenAs.INVISIBLE, "Invisible: as if I were not here")],
        help_text="On all your devices, until you choose otherwise. Who is invisible is also not noted as seen, whatever they do.",
    )
