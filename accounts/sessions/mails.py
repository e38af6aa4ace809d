"""The mails about signing in: their words, as text and as HTML. allauth says which and when."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

NOT_YOU = "If this was not you, reset your password now: whoever did it is signed out by that."

NOT_ME = (
    "If this was not you, say so within five days: it is taken away again and your account is signed out everywhere. Then set a new password, "
    "which alone would not take it away."
)
NOT_ME_LINK = ("This was not me", "not_me_url")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``action`` is a button to the address found in the context under ``url``."""

    subject: str
    paragraphs: tuple[str, ...]
    action: str = ""
    url: str = ""
    tells_where: bool = False


MAILS = {
    "email_confirmation_signup": Mail(
        "Confirm your address",
        (
            "Welcome to {site}. One click and you are in, as @{username}.",
            "If you did not sign up, or not by that name, ignore this mail: nothing happens without the click.",
        ),
        "Confirm my address",
        "activate_url",
    ),
    "email_confirmation": Mail(
        "Confirm your address",
        ("Please confirm that this address is yours.", "If you did not ask for this, ignore this mail."),
        "Confirm my address",
        "activate_url",
    ),
    "account_already_exists": Mail(
        "You already have an account",
        (
            "Somebody, probably you, tried to sign up to {site} with this address. There is an account with it already, so nothing was changed.",
            "If you forgot the password, set a new one. If it was not you, there is nothing to do.",
        ),
        "Set a new password",
        "password_reset_url",
    ),
    "unknown_account": Mail(
        "No account with this address",
        (
            "Somebody, probably you, asked {site} about an account with this address. There is none.",
            "If you have an account, it has another address. If it was not you, there is nothing to do.",
        ),
        "Sign up",
        "signup_url",
    ),
    "password_reset_key": Mail(
        "Set a new password",
        (
            "Somebody, probably you, asked for a new password for {username}. The link works once, for three days.",
            "If it was not you, ignore this mail: the password stays.",
        ),
        "Set a new password",
        "password_reset_url",
    ),
    "password_reset": Mail("Your password was reset", ("Your password was reset and every session was signed out.", NOT_YOU), tells_where=True),
    "password_changed": Mail(
        "Your password was changed", ("Your password was changed and your other sessions were signed out.", NOT_YOU), tells_where=True
    ),
    "password_set": Mail("Your password was set", ("A password was set for your account.", NOT_YOU), tells_where=True),
    "totp_activated": Mail(
        "Second factor on", ("Signing in now also asks for a code from your authenticator app.", NOT_ME), *NOT_ME_LINK, tells_where=True
    ),
    "totp_deactivated": Mail("Second factor off", ("Signing in no longer asks for a code from your authenticator app.", NOT_YOU), tells_where=True),
    "webauthn_added": Mail(
        "Passkey added",
        ("A passkey was added to your account. It opens it alone, and is asked for after the password.", NOT_ME),
        *NOT_ME_LINK,
        tells_where=True,
    ),
    "webauthn_removed": Mail("Passkey removed", ("A passkey was removed from your account. It opens nothing any more.", NOT_YOU), tells_where=True),
    "account_connected": Mail(
        "Google connected",
        ("Your Google account opens your account here from now on, without the password.", NOT_ME),
        *NOT_ME_LINK,
        tells_where=True,
    ),
    "account_disconnected": Mail("Google disconnected", ("Your Google account no longer opens your account here.", NOT_YOU), tells_where=True),
    "new_device": Mail(
        "New sign-in",
        ("Somebody, probably you, signed in as {username} on a device or from a place that we have not seen with you before.", NOT_YOU),
        "See where you are signed in",
        "sessions_url",
        tells_where=True,
    ),
    "second_factor_reset": Mail(
        "Your second factor was reset",
        (
            "The people who run {site} took the authenticator app, passkeys and recovery codes from your account and signed it out everywhere. "
            "Sign in with your password and set them up anew.",
            "If you did not ask for this, set a new password and write to them.",
        ),
    ),
    "login_code": Mail(
        "Your code",
        (
            "Your code is {code}. It works once, for five minutes.",
            "Nobody from {site} will ask you for it. If you did not ask for it, ignore this mail.",
        ),
    ),
    "email_change_code": Mail(
        "Confirm your new address",
        (
            "Your code is {code}. Type it where you asked for it, and this is your address at {site}.",
            "If you did not ask for this, ignore this mail.",
        ),
    ),
    "email_change_taken": Mail(
        "This address is yours already",
        (
            "Somebody tried to give this address to another account at {site}. It stays with yours: nothing was changed.",
            "If it was you, sign in with the account that has it.",
        ),
    ),
    "email_changed": Mail(
        "Your address was changed",
        ("Your account {username} has another address now, and your other sessions were signed out. Mail about it goes there.", NOT_YOU),
        tells_where=True,
    ),
    "phone_changed": Mail(
        "Your number was changed",
        ("Your account {username} has another number now, and your other sessions were signed out.", NOT_YOU),
        tells_where=True,
    ),
    "phone_removed": Mail(
        "Your number was removed",
        ("Your account {username} has no number any more, and your other sessions were signed out.", NOT_YOU),
        tells_where=True,
    ),
    "recovery_codes_generated": Mail(
        "New recovery codes", ("New recovery codes were made. The old ones no longer work.", NOT_ME), *NOT_ME_LINK, tells_where=True
    ),
}


def render(name: str, *, to: list[str], context: dict[str, Any], headers: dict[str, str] | None = None) -> EmailMultiAlternatives:
    """The mail ``name`` of ``MAILS``, ready to send."""
    return compose(MAILS[name], to=to, context=context, headers=headers)


def compose(mail: Mail, *, to: list[str], context: dict[str, Any], headers: dict[str, str] | None = None) -> EmailMultiAlternatives:
    """``mail`` with its paragraphs filled in from the ``context``, as text and as HTML."""
    words = {"username": "", **{name: value for name, value in context.items() if isinstance(value, str)}, "site": settings.SITE_NAME}
    shown = {
        "site": settings.SITE_NAME,
        "subject": mail.subject,
        "paragraphs": [paragraph.format(**words) for paragraph in mail.paragraphs],
        "action": mail.action,
        "url": context.get(mail.url, ""),
        "where": {key: context.get(key) for key in ("timestamp", "ip", "user_agent")} if mail.tells_where else None,
        "request": context.get("request"),
    }
    message = EmailMultiAlternatives(mail.subject, render_to_string("accounts/sessions/mail.txt", shown), to=to, headers=headers)
    message.attach_alternative(render_to_string("accounts/sessions/mail.html", shown), "text/html")
    return message
