"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "email_taken": "An account with this e-mail address exists.",
    "not_editable": "One of the fields cannot be edited.",
    "until_in_past": "The end of a suspension lies in the past.",
    "username_reserved": "This username is kept free.",
    "username_taken": "Someone else has this username.",
}
