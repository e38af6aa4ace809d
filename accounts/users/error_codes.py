"""Error codes about people."""

from accounts.users.models import USERNAME_RULE

CODES = {
    "email_taken": "Somebody has this address. Doors for people who are not signed in never say so.",
    "phone_taken": "Somebody has this number. Doors for people who are not signed in never say so.",
    "invalid_phone": "Not a mobile number. Write it with + and the country: +351912345678.",
    "username_taken": "Somebody has this username, whatever the case of its letters.",
    "username_reserved": "The site needs this username.",
    "invalid_username": f"A username has 3 to 50 characters. {USERNAME_RULE}",
    "not_editable": "These fields cannot be changed here: `details.fields`.",
    "account_not_open": "The account is closed already, or its person is leaving.",
    "account_not_closed": "The account is open, or its person is leaving.",
    "not_leaving": "The account is not being deleted, or no longer can be kept.",
    "staff_cannot_leave": "Whoever runs the place gives that up first: an administrator takes the role away.",
    "invalid_birth_date": "The date of birth lies in the future, or too far back.",
    "until_in_past": "A suspension, or a status, ends in the future.",
}
