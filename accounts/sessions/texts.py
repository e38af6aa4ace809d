"""The text messages about signing in: short, in one language, and without a link where somebody could fake one."""

from django.conf import settings

from accounts.sessions.models import Code, Purpose

CODE = "{digits} is your {site} code. It works once, for five minutes. Nobody from {site} will ask you for it."
HOLLOW = {
    Purpose.SIGN_IN: "Somebody, probably you, asked {site} for a code. No account has this number. If you have one, it has another number.",
    Purpose.SIGN_UP: "Somebody, probably you, tried to sign up to {site} with this number. You have an account already: sign in with it.",
    Purpose.RESET_PASSWORD: "Somebody, probably you, asked {site} for a new password. No account has this number. If you have one, it has another.",
    Purpose.CHANGE_PHONE: "Somebody tried to give this number to another account at {site}. It stays with yours: nothing was changed.",
}
CHANGED = "The {what} of your {site} account was changed and your other sessions were signed out. If this was not you, set a new password now."


def for_code(code: Code, digits: str) -> str:
    """What goes to the number ``code`` is for: the code, or why there is none."""
    words = HOLLOW[Purpose(code.purpose)] if code.is_hollow else CODE
    return words.format(digits=digits, site=settings.SITE_NAME)


def changed(what: str) -> str:
    """Told where one can be reached, or could before. ``what`` is "number", "address" or "password"."""
    return CHANGED.format(what=what, site=settings.SITE_NAME)
