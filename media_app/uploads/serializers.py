"""Uploads and pictures as clients see them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.storage import store
from media_app.uploads.imaging import AVATAR_SIDES, IMAGE_WIDTHS
from media_app.uploads.models import PUBLIC_KINDS, Kind, State, Upload

VARIANT_URLS = {"type": "object", "additionalProperties": {"type": "string", "format": "uri-reference"}, "example": {"320": "…", "640": "…"}}


def variant_urls(upload: Upload) -> dict[str, str]:
    """Every size by its name, signed; where the picture is smaller than a size, the largest there is."""
    if upload.kind in PUBLIC_KINDS:
        return {name: store.public_url(variant["key"]) for name, variant in upload.variants.items()}
    urls: dict[str, str] = {}
    url = ""
    for width in map(str, IMAGE_WIDTHS):
        if width in upload.variants:
            url = store.signed_url(upload.variants[width]["key"])
        urls[width] = url
    return urls


def avatar_url(avatar_key: str, side: int = AVATAR_SIDES[-1]) -> str | None:
    """The URL of a person's picture by the prefix their row keeps; None without one."""
    return store.public_url(f"{avatar_key}/{side}.webp") if avatar_key else None


def image_shape(shown: Any) -> dict[str, Any]:
    """What ImageSerializer says, for lists where its way of saying it costs too much."""
    upload = shown.upload
    return {
        "id": upload.pk,
        "width": upload.width,
        "height": upload.height,
        "blurhash": upload.blurhash,
        "alt": shown.alt,
        "variants": variant_urls(upload),
    }


class ImageSerializer(serializers.Serializer[Any]):
    """A picture shown by something, from the row that shows it: ``row.upload`` with its size, ``row.alt`` with the words for it."""

    id = serializers.UUIDField(source="upload.id")
    width = serializers.IntegerField(source="upload.width")
    height = serializers.IntegerField(source="upload.height")
    blurhash = serializers.CharField(source="upload.blurhash")
    alt = serializers.CharField()
    variants = serializers.SerializerMethodField()

    @extend_schema_field(VARIANT_URLS)
    def get_variants(self, shown: Any) -> dict[str, str]:
        return variant_urls(shown.upload)


class UploadSerializer(serializers.ModelSerializer):
    """An upload, for its owner."""

    variants = serializers.SerializerMethodField()
    failure = serializers.CharField(help_text="Why it failed, as a stable code; empty otherwise.")
    can_retry = serializers.BooleanField(help_text="Whether confirming it again may help.")

    class Meta:
        model = Upload
        fields = [
            "id",
            "kind",
            "state",
            "filename",
            "content_type",
            "size",
            "failure",
            "can_retry",
            "width",
            "height",
            "blurhash",
            "variants",
            "created_at",
        ]
        read_only_fields = fields

    @extend_schema_field(VARIANT_URLS)
    def get_variants(self, upload: Upload) -> dict[str, str]:
        return variant_urls(upload) if upload.state == State.READY else {}


class CropSerializer(serializers.Serializer[Any]):
    """What of a picture is shown, as parts of its width and height when it stands upright."""

    left = serializers.FloatField(min_value=0, max_value=1)
    top = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=0, max_value=1)
    height = serializers.FloatField(min_value=0, max_value=1)

    def to_internal_value(self, data: Any) -> Any:
        return list(super().to_internal_value(data).values())


class UploadRequestSerializer(serializers.Serializer[Any]):
    """What the client is about to send."""

    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.IMAGE)
    filename = serializers.CharField(max_length=255)
    content_type = serializers.CharField(max_length=100)
    size = serializers.IntegerField(help_text="Bytes.")
    crop = CropSerializer(required=False, allow_null=True, help_text="For avatars and covers; without it the middle is shown.")


class UploadFormSerializer(serializers.Serializer[Any]):
    """The simple way: the file itself, in a multipart form."""

    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.IMAGE)
    file = serializers.FileField()
    crop = CropSerializer(required=False, allow_null=True, help_text="For avatars and covers; in a form as `crop.left` and so on.")


class PresignedSerializer(serializers.Serializer[Any]):
    """How to send the bytes: this method to this URL with these headers, exactly the declared size."""

    url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class UploadStartedSerializer(UploadSerializer):
    """An upload that waits for its bytes. ``upload`` is null when they came with the request."""

    upload = serializers.SerializerMethodField()

    class Meta(UploadSerializer.Meta):
        fields = [*UploadSerializer.Meta.fields, "upload"]
        read_only_fields = fields

    @extend_schema_field(PresignedSerializer(allow_null=True))
    def get_upload(self, upload: Upload) -> dict[str, Any] | None:
        presigned = self.context.get("presigned")
        return dict(PresignedSerializer(presigned).data) if presigned else None
