"""How often, by scope: what holds where the operator does not say otherwise (LIMITS)."""

LIMITS = {
    "api_anonymous": "100/minute",
    "api_signed_in": "600/minute",
    "sign_up": "5/hour",  # whose forms were in order
    "sign_up_forms": "30/hour",
    "sign_in": "5/15 minutes",  # failures by name and address together
    "sign_in_address": "30/15 minutes",
    "sign_in_name": "50/hour",
    "refresh": "10/15 minutes",
    "refresh_address": "600/15 minutes",
    "second_factor": "5/15 minutes",
    "confirm": "20/15 minutes",
    "mail": "5/hour",
    "sms": "5/hour",
    "codes": "20/hour",  # guesses at codes by the person or place they went to, from where they were never seen
    "uploads": "10/hour",  # that stand alone; of files that are parts of something, below, ten make one
    "uploaded_files": "100/hour",
    "reports": "20/hour",
    "exports": "10/hour",
    "friend_requests": "60/hour",
    "contact_matches": "10/day",
    "lookups": "5000/day",  # addresses and numbers asked about: a few address books
    "lookups_network": "20000/day",
}

# What guards secrets refuses everybody while Redis is away.
GUARDING = frozenset(
    {"sign_up", "sign_up_forms", "sign_in", "sign_in_address", "sign_in_name", "refresh", "refresh_address"}
    | {"second_factor", "confirm", "mail", "sms", "codes", "lookups", "lookups_network"}
)
