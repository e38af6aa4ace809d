"""Pages that belong to no slice: landing page, papers, the browser's small files, and in development style guide, mailbox and telephone."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.sms.transports import read_folder


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """For people who are not signed in; the others go home."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "web/landing.html")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    return render(request, "web/terms.html")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "web/privacy.html")


@login_required
@require_safe
def settings_front(request: HttpRequest) -> HttpResponse:
    """Who one is here, every section of the settings, the theme, and the way out."""
    return render(request, "web/settings.html")


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/admin/", "/api/", "/chats/", "/notifications/", "/settings/", "/home/"))]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the site on its home screen."""
    icons = [{"src": static("img/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    body = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "start_url": settings.LOGIN_REDIRECT_URL,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6fafa",
        "theme_color": "#f6fafa",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=7 * 24 * 3600)
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this path whatever the page says."""
    return redirect(static("img/icon.svg"))


def development_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Elsewhere than in development, ``view`` does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not settings.DEBUG:
            raise Http404
        return view(request, **arguments)

    return guarded


@development_only
@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component in both themes."""
    names = [("ana", "Ana Ferreira"), ("ben.okafor", "Ben Okafor"), ("mei_lin", "Mei Lin"), ("tomasz", "Tomasz"), ("zoe", "Zoë Laurent")]
    people = [
        SimpleNamespace(id=username, username=username, name=name, avatar_url="", is_verified=not index)
        for index, (username, name) in enumerate(names)
    ]
    if "toast" in request.GET:
        messages.success(request, "Saved. That is what a message looks like.")
        return redirect(reverse("style_guide"))
    context = {
        "themes": ["light", "dark"],
        "people": people,
        "now": timezone.now(),
        "options": [("everyone", "Everyone"), ("followed", "People I follow")],
    }
    return render(request, "web/style_guide.html", context)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message of the development mailbox. Its key is the file's name and its place in the file."""

    key: str
    subject: str
    sender: str
    to: str
    at: datetime
    body: str


def read_mail(directory: Path) -> list[Mail]:
    """The messages Django's file backend left in ``directory``, newest first. One file may hold several, each ended by a line of dashes."""
    found = []
    for path in sorted(directory.glob("*.log"), reverse=True)[:100]:
        parts = path.read_text(encoding="utf-8", errors="replace").split("\n" + "-" * 79 + "\n")
        for number, part in reversed(list(enumerate(parts))):
            if not part.strip():
                continue
            parsed = email.message_from_string(part.strip() + "\n", policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)  # noqa: S101 - what the default policy makes
            plain = parsed.get_body(("plain", "html"))
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            body = plain.get_content() if plain else ""
            found.append(Mail(f"{path.stem}-{number}", str(parsed["subject"] or ""), str(parsed["from"] or ""), str(parsed["to"] or ""), at, body))
    return found


@development_only
@require_safe
def mailbox(request: HttpRequest, key: str = "") -> HttpResponse:
    """The mail this machine would have sent."""
    mails = read_mail(settings.DEV_DIR / "mail")
    chosen = next((mail for mail in mails if mail.key == key), None)
    if key and chosen is None:
        raise Http404
    return render(request, "web/mailbox.html", {"mails": mails, "chosen": chosen or (mails[0] if mails else None)})


@development_only
@require_safe
def telephone(request: HttpRequest) -> HttpResponse:
    """The text messages this machine would have sent."""
    return render(request, "web/telephone.html", {"texts": read_folder(settings.DEV_DIR / "sms")})
