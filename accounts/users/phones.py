"""Mobile numbers: what people type, and the one way it is written here (E.164, ITU-T E.164 §6)."""

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from core.errors import Invalid

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})  # in North America the two look alike
LONGEST = 40  # characters anybody needs to type one


def normalise(text: str) -> str:
    """The number in E.164: ``+351912345678``. One number has one spelling, whatever digits, spaces or brackets it was typed with.

    Numbers without + are taken to be of ``settings.PHONE_REGION``, where that is set.

    Raises: Invalid("invalid_phone") for what is no mobile number; numbers that cost whoever writes to them are none.
    """
    try:
        number = phonenumbers.parse(text[:LONGEST], settings.PHONE_REGION)
    except NumberParseException:
        raise _invalid() from None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in MOBILE:
        raise _invalid()
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(phone: str) -> str:
    """As people write it: ``+351 912 345 678``."""
    return phonenumbers.format_number(phonenumbers.parse(phone, None), PhoneNumberFormat.INTERNATIONAL)


def _invalid() -> Invalid:
    return Invalid("That is not a mobile number. Begin with + and the country: +351 912 345 678.", code="invalid_phone")
