"""What the profile editor, the privacy page, the first steps, and the pages of contacts and mutes send."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.users.models import User
from accounts.users.services import PRIVACY
from media_app.uploads.imaging import Crop
from social.graph.models import MAX_KEYWORD, Contact

SPANS = [(0, "Until I change it"), (1, "For an hour"), (4, "For four hours"), (24, "For a day"), (168, "For a week")]  # hours
PICTURES = {"accept": "image/jpeg,image/png,image/webp,image/gif"}


class CropField(forms.CharField):
    """What of a picture is shown: four parts of a whole, "left top width height". The script writes it; without one it stays empty."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> Crop | None:
        text = super().clean(value)
        try:
            left, top, width, height = map(float, text.split()) if text else (0.0, 0.0, 1.0, 1.0)
        except ValueError:
            raise forms.ValidationError("This is no part of the picture.") from None
        return (left, top, width, height) if text else None


class PictureForm(forms.Form):
    """A picture of the person, and what of it is shown."""

    avatar = forms.FileField(label="Picture", required=False, widget=forms.FileInput(attrs=PICTURES))
    avatar_crop = CropField(required=False)


class ProfileForm(forms.ModelForm, PictureForm):
    cover = forms.FileField(label="Cover", required=False, widget=forms.FileInput(attrs=PICTURES))
    cover_crop = CropField(required=False)
    remove_avatar = forms.BooleanField(label="Take the picture away", required=False)
    remove_cover = forms.BooleanField(label="Take the cover away", required=False)

    website = forms.URLField(label="Website", required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = User
        fields = ["display_name", "bio", "location", "website", "birth_date", "birth_date_shown_to"]
        labels = {"display_name": "Name", "birth_date": "Date of birth", "birth_date_shown_to": "Who sees the date of birth"}
        help_texts = {"birth_date_shown_to": ""}
        widgets = {"bio": forms.Textarea(attrs={"rows": 4}), "birth_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class PrivacyForm(forms.ModelForm):
    """Every choice, with what it means for others."""

    class Meta:
        model = User
        fields = [name for name in PRIVACY if name != "birth_date_shown_to"]  # which stands beside the date
        labels = {
            "is_private": "Private account",
            "messages_from": "Who may write to me",
            "friend_requests_from": "Who may ask to be my friend",
            "groups_from": "Who may add me to groups",
            "presence_shown_to": "Who sees when I am online",
            "found_by_email": "Who finds me by my e-mail address",
            "found_by_phone": "Who finds me by my phone number",
            "first_audience": "Who sees my posts",
            "sends_read_receipts": "Tell others when I have read their messages",
        }
        help_texts = {
            "is_private": "Only followers you have approved see your posts, your followers and whom you follow. Who follows you already stays. "
            "When you turn this off, everybody who waits for your answer follows you.",
            "messages_from": "Conversations you have go on. To everybody else it looks as if you were not there to write to.",
            "friend_requests_from": "The others cannot send you a request; those that wait stay.",
            "groups_from": "The others cannot put you into a group; groups you are in stay.",
            "presence_shown_to": "And when you were last here, and your status. The others never learn either, also not in chats.",
            "found_by_email": "They have to know the whole address, and it is never shown to them.",
            "found_by_phone": "In search or from their contacts. They have to know the whole number, and it is never shown to them.",
            "first_audience": "What the composer starts with. You can choose otherwise for each post; posts that are out stay as they are.",
            "sends_read_receipts": "Without it you do not see either when others have read yours.",
        }


class StatusForm(forms.Form):
    """What one is up to, and for how long."""

    text = forms.CharField(label="Status", required=False, max_length=100)
    hours = forms.TypedChoiceField(
        label="For how long",
        coerce=int,
        choices=SPANS,
    )

    def until(self) -> datetime | None:
        return timezone.now() + timedelta(hours=hours) if (hours := self.cleaned_data["hours"]) else None


class StepsForm(forms.ModelForm, PictureForm):
    """The first steps after signing up: who one is, in three fields."""

    class Meta:
        model = User
        fields = ["display_name", "bio"]
        labels = {"display_name": "Name"}
        widgets = {"bio": forms.Textarea(attrs={"rows": 3, "placeholder": "What should people know about you?"})}


class ContactForm(forms.ModelForm):
    """What the owner calls a contact, and whether it stands first."""

    class Meta:
        model = Contact
        fields = ["nickname", "is_favourite"]
        labels = {"nickname": "What you call them", "is_favourite": "A favourite"}
        help_texts = {"nickname": "Only you see it."}


class KeywordForm(forms.Form):
    """A word to mute, and for how long."""

    keyword = forms.CharField(label="Word or phrase", max_length=MAX_KEYWORD, error_messages={"required": "Type what you do not want to see."})
    span = forms.ChoiceField(label="How long", choices=[("good", "For good"), ("hour", "For an hour"), ("day", "For a day"), ("week", "For a week")])
