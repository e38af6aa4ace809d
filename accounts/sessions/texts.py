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

TOLD = {  # as the mails of these names
    "password_changed": "The password of your {site} account was changed.",
    "password_set": "A password was set for your {site} account.",
    "password_reset": "The password of your {site} account was reset.",
    "totp_activated": "Signing in to your {site} account now also asks for a code from an authenticator app.",
    "totp_deactivated": "Signing in to your {site} account no longer asks for a code from an authenticator app.",
    "webauthn_added": "A passkey was added to your {site} account.",
    "webauthn_removed": "A passkey was removed from your {site} account.",
    "account_connected": "A Google account opens your {site} account from now on.",
    "account_disconnected": "Google no longer opens your {site} account.",
    "recovery_codes_generated": "New recovery codes were made for your {site} account.",
    "new_device": "Somebody, probably you, signed in to {site} on a new device.",
    "second_factor_reset": "The people who run {site} took the second factor from your account and signed it out everywhere.",
}
IF_NOT_YOU = " If this was not you, set a new password now, and look what opens your account in its settings."


def for_code(code: Code, digits: str) -> str:
    """What goes to the number ``code`` is for: the code, or why there is none."""
    words = HOLLOW[Purpose(code.purpose)] if code.is_hollow else CODE
    return words.format(digits=digits, site=settings.SITE_NAME)


def told(what: str) -> str:
    """What a mail of that name would say, for whoever has no address; empty where nothing is said by text."""
    return (TOLD[what] + IF_NOT_YOU).format(site=settings.SITE_NAME) if what in TOLD else ""


def changed(what: str) -> str:
    """Told where one can be reached, or could before. ``what`` is "number", "address" or "password"."""
    return CHANGED.format(what=what, site=settings.SITE_NAME)
