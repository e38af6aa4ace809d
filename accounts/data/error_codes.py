"""Error codes of one's own data."""

CODES = {
    "export_too_soon": "There is one archive a day: `details.retry_after` says in how many seconds the next can be made.",
    "confirmation_failed": "The password, or the code of the second factor, is not right.",
    "confirmation_code_required": "The account has a second factor: its code is wanted besides the password.",
}
