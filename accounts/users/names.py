"""Which usernames may be taken. A profile lives at ``/<username>/``, so no name may hide a page, and none may pose as the house."""

import hashlib
from functools import cache

from django.core.exceptions import ValidationError
from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

from accounts.users.models import RetiredName, User

# Pages to come and names that would pass for staff. The paths that exist are read from the URLconf.
_KEPT = """
    about abuse account accounts admin administrator all api app appeals apps archived archive assets auth blocked blog bookmarks calls charts chat
    chats communities community compose contact contacts dashboard dev developers discover docs download drafts edit email embed everyone explore
    favicon.ico feed feeds follow followers following forgot forum forums friends graphql hashtag hashtags health healthz help here home hubbub
    images img invitations invite jobs js legal library live login logout mail manifest.json me media messages metrics mod moderation moderator
    moderators muted mutual my new news notifications null oembed official owner page pages playlist playlists plans player post posts postmaster
    premium pricing privacy profile profiles public readyz reels register report reports reset robots.txt root rss rules search security
    service-worker.js session sessions settings share sign-in sign-out sign-up signin signout signup sitemap.xml staff starred static status stories
    stream style subscribe suggestions support sw.js system tag tags team terms test topic topics track tracks trending undefined upload uploads
    user username users verify video videos webhook webmaster welcome well-known ws www you
"""
KEPT = frozenset(_KEPT.split())


@cache
def top_level_segments() -> frozenset[str]:
    """First segments of every path the site answers, lower case."""
    found: set[str] = set()

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            route = str(pattern.pattern) if isinstance(pattern.pattern, RoutePattern) else ""
            segment = route.split("/")[0]
            if segment and not segment.startswith("<"):
                found.add(segment.lower())
            elif not route and isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)

    walk(get_resolver().url_patterns)
    return frozenset(found)


def is_reserved(username: str) -> bool:
    name = username.lower()
    return name in KEPT or name.replace("_", "-") in KEPT or name in top_level_segments()


def digest_of(username: str) -> str:
    """What is kept of a name when its person is gone."""
    return hashlib.sha256(username.lower().encode()).hexdigest()


def is_retired(username: str) -> bool:
    """Whether somebody had this name who is gone."""
    return RetiredName.objects.filter(pk=digest_of(username)).exists()


def validate_username_free_of_meaning(username: str) -> None:
    """Raises ValidationError("username_reserved") for names the site needs."""
    if is_reserved(username):
        raise ValidationError("This username is reserved.", code="username_reserved")


USERNAME_VALIDATORS = [*User._meta.get_field("username").validators, validate_username_free_of_meaning]  # what allauth asks at sign-up
