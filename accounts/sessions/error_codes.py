"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "account_closed": "This account has been closed.",
    "account_suspended": "This account is suspended.",
    "email_not_confirmed": "Confirm the e-mail address first.",
    "email_or_username": "Sign in with an e-mail address or with a username, one of them.",
    "invalid_credentials": "Name and password do not belong together.",
    "mfa_required": "A second factor is needed.",
    "refresh_superseded": "The token was just exchanged; use the newer one.",
    "session_ended": "The session has ended.",
    "signed_in": "There is a session already.",
    "token_invalid": "The token is not one of ours, or its time is over.",
    "token_reused": "The token had been exchanged before, so its session was ended.",
}
