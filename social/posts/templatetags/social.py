"""What templates of posts need of the media floor."""

from django import template

from media_app.uploads.models import Upload
from media_app.uploads.serializers import variant_urls

register = template.Library()


@register.simple_tag
def image_url(upload: Upload, width: int) -> str:
    """Where the picture lies in that width, signed."""
    return variant_urls(upload).get(str(width), "")
