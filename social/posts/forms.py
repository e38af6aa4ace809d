"""What pages send about posts and comments. Shapes only; the services decide."""

from django import forms

from social.posts.models import MAX_COMMENT_LENGTH, MAX_IMAGES, MAX_POST_LENGTH, Audience


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
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What is going on?"}),
    )
    images = Pictures(label="Pictures", required=False)
    alt = forms.CharField(label="Describe the pictures", required=False, max_length=1_000, help_text="For people who do not see them.")
    audience = forms.ChoiceField(label="Who may read it", choices=Audience.choices, initial=Audience.PUBLIC)


class PostEditForm(forms.Form):
    body = forms.CharField(label="Your post", required=False, strip=False, max_length=MAX_POST_LENGTH, widget=forms.Textarea(attrs={"rows": 6}))
    audience = forms.ChoiceField(label="Who may read it", choices=Audience.choices)


class CommentForm(forms.Form):
    body = forms.CharField(
        label="Your comment",
        strip=False,
        max_length=MAX_COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Write a comment"}),
    )
    reply_to = forms.UUIDField(required=False, widget=forms.HiddenInput)
