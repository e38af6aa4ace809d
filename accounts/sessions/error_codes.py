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
    "email_or_username": "Sign in with either an address or a username.",
    "account_closed": "The password was right, the account is closed.",
    "reauthentication_required": "Show once more that it is you: send `auth/reauthenticate` one of `details.ways`, then try again.",
    "one_way": "Give one of the ways the description names, whole, and not several.",
    "passkey_refused": "The passkey's answer was not accepted: another purpose, run out, used before, not one of this person's. Begin again.",
    "passkey_known": "This passkey belongs to an account already.",
    "too_many_passkeys": "Twenty passkeys are as many as one can have.",
    "last_way_in": "Without it the person could not come in any more. Set a password, or add another way in, first.",
    "no_second_factor": "Recovery codes come with a second factor. Set one up first.",
    "totp_is_on": "There is an authenticator app already. Turn it off first.",
    "signed_in": "Somebody is signed in already.",
}
