"""What the profile editor sends."""

from django import forms

from accounts.users.models import User


class ProfileForm(forms.ModelForm):
    avatar = forms.FileField(label="Picture", required=False, widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}))
    remove_avatar = forms.BooleanField(label="Take the picture away", required=False)

    website = forms.URLField(label="Website", required=False, max_length=200, assume_scheme="https")

    class Meta:
        model = User
        fields = ["display_name", "bio", "location", "website", "messages_from", "presence_shown_to", "sends_read_receipts"]
        labels = {
            "display_name": "Name",
            "messages_from": "Who may write to me",
            "presence_shown_to": "Who sees when I am online",
            "sends_read_receipts": "Tell others when I have read their messages",
        }
        help_texts = {"messages_from": "", "presence_shown_to": "And when you were last here."}
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}
