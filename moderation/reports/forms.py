"""What reporters fill in."""

from django import forms

from moderation.reports.models import MAX_NOTE_LENGTH, Reason


class ReportForm(forms.Form):
    """What is wrong."""

    reason = forms.ChoiceField(choices=Reason.choices, widget=forms.RadioSelect, error_messages={"required": "Choose what is wrong with it."})
    note = forms.CharField(label="Anything else we should know", required=False, max_length=MAX_NOTE_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))
