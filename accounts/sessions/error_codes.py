"""Error codes of signing up, in and out."""

CODES = {
    "token_invalid": "The token is not one of ours, out of date, or of the wrong kind.",
    "session_ended": "The session was ended: signed out, password changed, suspended. Sign in again.",
    "token_reused": "A refresh token was used that had been used before. Its session was ended, for somebody else may have it.",
    "refresh_superseded": "The refresh token was exchanged within the last ten seconds. Use the tokens that exchange gave.",
    "invalid_credentials": "This name and password do not go together. The same for names nobody has.",
    "mfa_required": "The password was right. `details.mfa_token` and a code of one of `details.types` go to `auth/mfa`.",
    "email_not_confirmed": "The password was right, the address waits to be confirmed.",
    "account_suspended": "The password was right, the account is suspended: `details.until`, `details.reason`.",
    "one_name": "Give one of what people are named by: an address, a username or a number to sign in, an address or a number to sign up.",
    "code_wrong": "Not the code that was sent. `details.tries_left` says how often one may still try.",
    "code_expired": "The code ran out, was used, was tried too often, or a later one was sent. The same for codes nobody was sent.",
    "phones_not_offered": "This site sends no text messages.",
    "only_identity": "Without this number there would be no way to reach the person. Add an address first.",
    "password_wrong": "The password that has to be given again is not right.",
    "sign_in_again": "This needs a session that is younger than a quarter of an hour, for the account has no password to ask for.",
    "account_closed": "The password was right, the account is closed.",
    "signed_in": "Somebody is signed in already.",
}
