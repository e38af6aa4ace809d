"""Posts as templates draw them."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django import template

from accounts.users.models import User
from core.web.templatetags.web import short_time
from media_app.uploads.models import Upload
from media_app.uploads.serializers import variant_urls
from social.posts.models import Post

register = template.Library()


class Author(NamedTuple):
    id: UUID
    username: str
    name: str
    avatar_key: str
    is_verified: bool


class Image(NamedTuple):
    """``small`` and ``large`` are where it lies, signed, 640 and 1280 pixels wide; ``width`` and ``height`` are those of the picture itself."""

    small: str
    large: str
    alt: str
    width: int | None
    height: int | None
    blurhash: str


class Card(NamedTuple):
    """What a post shows, but for what people do with it all the time: likes and comments. ``when`` is how long ago it was."""

    pk: UUID
    url: str
    author: Author
    created_at: datetime
    when: str
    is_edited: bool
    audience: str
    is_hidden: bool
    hidden_reason: str
    body_html: str
    images: tuple[Image, ...]
    is_mine: bool
    is_signed_in: bool


@register.simple_tag
def card_of(post: Post, viewer: Any) -> Card:
    """``post`` as ``viewer``, who may be nobody, sees it."""
    return Card(
        pk=post.pk,
        url=post.get_absolute_url(),
        author=author_of(post.author),
        created_at=post.created_at,
        when=short_time(post.created_at),
        is_edited=post.edited_at is not None,
        audience=post.audience,
        is_hidden=post.hidden_at is not None,
        hidden_reason=post.hidden_reason,
        body_html=post.body_html,
        images=tuple(image_of(attached) for attached in post.images.all()),
        is_mine=viewer.pk == post.author_id,
        is_signed_in=viewer.is_authenticated,
    )


@register.simple_tag
def image_url(upload: Upload, width: int) -> str:
    """Where the picture lies in that width, signed."""
    return variant_urls(upload).get(str(width), "")


def author_of(person: User) -> Author:
    return Author(person.pk, person.username, person.name, person.avatar_key, person.is_verified)


def image_of(attached: Any) -> Image:
    upload = attached.upload
    urls = variant_urls(upload)
    return Image(urls.get("640", ""), urls.get("1280", ""), attached.alt, upload.width, upload.height, upload.blurhash)
