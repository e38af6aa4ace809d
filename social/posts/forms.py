"""What pages send about posts and comments. Shapes only; the services decide."""

from uuid import UUID

from django import forms

from social.posts.models import MAX_ALT_LENGTH, MAX_COMMENT_LENGTH, MAX_IMAGES, MAX_POST_LENGTH, Audience
from social.posts.services import Picture


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class Pictures(forms.FileField):
    """Any number of files in one field."""

    widget = SeveralFiles(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif", "multiple": True})

    def clean(self, data: object, initial: object = None) -> list[object]:
        files = data if isinstance(data, list) else [data] if data else []
        if len(files) > MAX_IMAGES:
            raise forms.ValidationError(f"A post has {MAX_IMAGES} pictures at most.")
        return [super(Pictures, self).clean(file, initial) for file in files]


class PostForm(forms.Form):
    body = forms.CharField(
        label="Your post",
        required=False,
        strip=False,
        max_length=MAX_POST_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What is going on?", "class": "composer-text"}),
    )
    images = Pictures(label="Pictures", required=False, help_text="They come back here to be described before the post goes out.")
    audience = forms.ChoiceField(label="Who may read it", choices=Audience.choices)

    def clean(self) -> dict[str, object]:
        """Pictures were taken in before the post goes out: ``upload`` names each, ``upload_alt`` at the same place describes it."""
        cleaned = super().clean() or self.cleaned_data
        self._uploads: list[UUID] = []
        try:
            self._uploads = [UUID(key) for key in self._sent("upload") if key != self.data.get("remove")]
        except ValueError:
            raise forms.ValidationError("Not all of these pictures can be used.") from None
        if len(self._uploads) + len(self.cleaned_data.get("images", [])) > MAX_IMAGES:
            raise forms.ValidationError(f"A post has {MAX_IMAGES} pictures at most.")
        if any(len(alt) > MAX_ALT_LENGTH for alt in self._sent("upload_alt")):
            raise forms.ValidationError(f"The words for a picture have {MAX_ALT_LENGTH:,} characters at most.")
        return cleaned

    def pictures(self) -> list[Picture]:
        """What was taken in so far, in the order it was put in, without one to ``remove``."""
        alts = dict(zip(self._sent("upload"), self._sent("upload_alt"), strict=False))
        return [Picture(key, alts.get(str(key), "")) for key in self._uploads]

    def _sent(self, name: str) -> list[str]:
        return self.data.getlist(name) if hasattr(self.data, "getlist") else []


class PostEditForm(forms.Form):
    body = forms.CharField(label="Your post", required=False, strip=False, max_length=MAX_POST_LENGTH, widget=forms.Textarea(attrs={"rows": 6}))
    audience = forms.ChoiceField(label="Who may read it", choices=Audience.choices)


class CommentForm(forms.Form):
    body = forms.CharField(
        label="Your comment",
        strip=False,
        error_messages={"required": "Write something first."},
        max_length=MAX_COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Write a comment"}),
    )
    reply_to = forms.UUIDField(required=False, widget=forms.HiddenInput)
