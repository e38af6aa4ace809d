"""The mails about one's data and the end of one's account: their words."""

from typing import Any

from django.conf import settings

from accounts.sessions.mails import NOT_YOU, Mail, compose

MAILS = {
    "export_ready": Mail(
        "Your archive is ready",
        (
            "Everything {site} has about you is put together and can be downloaded for seven days, by whoever is signed in as you and confirms it.",
            "If you did not ask for it, somebody else is signed in as you: end that session and change your password now.",
        ),
        "To my data",
        "url",
    ),
    "deletion_asked": Mail(
        "Your account will be deleted",
        (
            "You asked for your account {username} to be deleted. From now on nobody sees you or what you wrote, and you are signed out everywhere.",
            "Everything goes on {date}. Until then, sign in to keep the account.",
            NOT_YOU,
        ),
        "Sign in to keep it",
        "url",
    ),
    "deletion_soon": Mail(
        "Your account will be deleted in three days",
        ("The account {username} is going to be deleted on {date}, with everything in it.", "Sign in before then to keep it."),
        "Sign in to keep it",
        "url",
    ),
    "deletion_kept": Mail("Your account is kept", ("The account {username} is not going to be deleted. Everything is as it was.", NOT_YOU)),
    "deletion_done": Mail(
        "Your account is deleted",
        (
            "Your account and everything in it is gone. What you wrote to others in conversations stays with them, without your name.",
            "This is the last mail from {site}.",
        ),
    ),
}
PATHS = {"export_ready": "/settings/data/", "deletion_asked": "/sign-in/", "deletion_soon": "/sign-in/"}


def send(name: str, address: str | None, **words: Any) -> None:
    """Write the mail ``name`` down with the caller's transaction; nothing for somebody without an address."""
    if address:
        url = f"{settings.SITE_URL}{PATHS.get(name, '/')}"
        compose(MAILS[name], to=[address], context={**words, "url": url}).send()
