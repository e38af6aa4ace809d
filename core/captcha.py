"""Telling people from programs, by whoever ``settings.CAPTCHA_PROVIDER`` names: hCaptcha, reCAPTCHA or Turnstile. Off where it names nobody.

The three speak one language: a script draws a box into an element with the site's key, the form then carries an answer, and the answer is
checked once at the provider's. A provider that does not answer lets nobody through: otherwise whoever can slow it down has no captcha.
"""

from dataclasses import dataclass

import httpx
import structlog
from django.conf import settings

from core.errors import Invalid, Unavailable

log = structlog.get_logger(__name__)
TIMEOUT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Provider:
    """What a page needs to show the box, and where answers are checked. ``origins`` are what its script loads from."""

    script: str
    css_class: str
    field: str
    verify_url: str
    origins: tuple[str, ...]

    @property
    def site_key(self) -> str:
        return str(settings.CAPTCHA_SITE_KEY)

    @property
    def policy(self) -> dict[str, list[str]]:
        """What the content security policy of a page with the box allows besides (django-csp)."""
        return {"connect-src": [*self.origins], **{name: ["'self'", *self.origins] for name in ("script-src", "style-src", "frame-src")}}


PROVIDERS = {
    "hcaptcha": Provider(
        "https://js.hcaptcha.com/1/api.js",
        "h-captcha",
        "h-captcha-response",
        "https://api.hcaptcha.com/siteverify",
        ("https://hcaptcha.com", "https://*.hcaptcha.com"),
    ),
    "recaptcha": Provider(
        "https://www.google.com/recaptcha/api.js",
        "g-recaptcha",
        "g-recaptcha-response",
        "https://www.google.com/recaptcha/api/siteverify",
        ("https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/", "https://recaptcha.google.com/recaptcha/"),
    ),
    "turnstile": Provider(
        "https://challenges.cloudflare.com/turnstile/v0/api.js",
        "cf-turnstile",
        "cf-turnstile-response",
        "https://challenges.cloudflare.com/turnstile/v0/siteverify",
        ("https://challenges.cloudflare.com",),
    ),
}


def provider() -> Provider | None:
    """Who is asked; None where nobody is."""
    return PROVIDERS[settings.CAPTCHA_PROVIDER] if settings.CAPTCHA_PROVIDER else None


def check(answer: str, address: str) -> None:
    """Have ``answer``, which came from ``address``, checked. Does nothing where no provider is configured.

    Raises: Invalid("captcha_failed"), Unavailable while the provider does not answer.
    """
    asked = provider()
    if asked is None:
        return
    if not answer:
        raise _failed()
    data = {"secret": settings.CAPTCHA_SECRET_KEY, "response": answer, "remoteip": address}
    try:
        answered = httpx.post(settings.CAPTCHA_VERIFY_URL or asked.verify_url, data=data, timeout=TIMEOUT, trust_env=False)
        answered.raise_for_status()
        verdict = answered.json()
    except (httpx.HTTPError, ValueError):
        log.warning("captcha_unavailable", provider=settings.CAPTCHA_PROVIDER, exc_info=True)
        raise Unavailable("We cannot check that you are a person right now. Try again in a moment.") from None
    if not (isinstance(verdict, dict) and verdict.get("success") is True):
        raise _failed()


def _failed() -> Invalid:
    return Invalid("Show that you are a person, please.", code="captcha_failed")
