"""Shapes of the auth endpoints."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.sessions.devices import device_name
from accounts.sessions.models import Session
from accounts.users import phones
from accounts.users.serializers import MeSerializer
from core.errors import Invalid

SECRET: dict[str, Any] = {"max_length": 1000, "trim_whitespace": False, "style": {"input_type": "password"}}


class PhoneField(serializers.CharField):
    """A mobile number, E.164 once it is read."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**{"max_length": phones.LONGEST, "help_text": "With + and the country: `+351912345678`.", **arguments})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return phones.normalise(text)
        except Invalid as refusal:
            raise serializers.ValidationError(refusal.message, code=refusal.code) from None


class SignUpRequest(serializers.Serializer):
    """One of ``email`` and ``phone``. With a number the password may be left out: one signs in by code then."""

    username = serializers.CharField(min_length=3, max_length=50)
    email = serializers.EmailField(max_length=254, required=False)
    phone = PhoneField(required=False)
    password = serializers.CharField(min_length=8, required=False, **SECRET)
    captcha = serializers.CharField(max_length=5000, required=False, help_text="The answer of the captcha, where the site asks for one.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("phone" in attrs):
            raise serializers.ValidationError("Give either email or phone.", code="one_name")
        if "email" in attrs and "password" not in attrs:
            raise serializers.ValidationError({"password": [ErrorDetail("This field is required.", "required")]})
        return attrs


class EmailRequest(serializers.Serializer):
    email = serializers.EmailField(max_length=254)


class SentAnswer(serializers.Serializer):
    email = serializers.EmailField(help_text="Where a mail went. The same for every address, whether it is known or not.")


class SignUpAnswer(serializers.Serializer):
    """With an address a link went there; with a number, a code that `auth/phone/confirm` takes with the token."""

    email = serializers.EmailField(required=False)
    phone = serializers.CharField(required=False)
    code_token = serializers.CharField(required=False)
    retry_after = serializers.IntegerField(required=False, help_text="Seconds until the code can be sent again.")
    expires_in = serializers.IntegerField(required=False, help_text="Seconds the code lives.")


class SignInRequest(serializers.Serializer):
    """One of ``email``, ``username`` and ``phone``, and the password."""

    email = serializers.EmailField(max_length=254, required=False)
    username = serializers.CharField(max_length=50, required=False)
    phone = PhoneField(required=False)
    password = serializers.CharField(**SECRET)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"email", "username", "phone"}) != 1:
            raise serializers.ValidationError("Give one of email, username and phone.", code="one_name")
        return attrs


class SignInAnswer(serializers.Serializer):
    access_token = serializers.CharField(help_text="`Authorization: Bearer …`")
    refresh_token = serializers.CharField(required=False, help_text="Absent for browsers (`X-Client: browser`), which get it as a cookie.")
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")
    user = MeSerializer()


class RefreshRequest(serializers.Serializer):
    refresh_token = serializers.CharField(max_length=2000, required=False, help_text="Browsers leave it out and send the cookie.")


class TokensAnswer(serializers.Serializer):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField(required=False)
    expires_in = serializers.IntegerField()


class ConfirmEmailRequest(serializers.Serializer):
    key = serializers.CharField(max_length=500, help_text="The last part of the link in the mail.")


class ForgotPasswordRequest(serializers.Serializer):
    """One of ``email`` and ``phone``."""

    email = serializers.EmailField(max_length=254, required=False)
    phone = PhoneField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("phone" in attrs):
            raise serializers.ValidationError("Give either email or phone.", code="one_name")
        return attrs


class ForgotPasswordAnswer(SignUpAnswer):
    """With an address a link went there; with a number, a code that `auth/reset-password` takes with the token. The same for whoever is unknown."""


class ResetPasswordRequest(serializers.Serializer):
    """The new password, with the ``key`` of a mail's link or with a texted ``code`` and its ``code_token``."""

    key = serializers.CharField(max_length=500, required=False, help_text="The last part of the link in the mail.")
    code_token = serializers.CharField(max_length=300, required=False)
    code = serializers.RegexField(r"^[0-9]{6}\Z", required=False, help_text="Six digits, from the text message.")
    password = serializers.CharField(min_length=8, **SECRET)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.keys() - {"password"} not in ({"key"}, {"code_token", "code"}):
            raise serializers.ValidationError("Give either key, or code_token and code.", code="one_way")
        return attrs


class ChangePasswordRequest(serializers.Serializer):
    current_password = serializers.CharField(required=False, default="", help_text="Left out by whoever has none yet.", **SECRET)
    new_password = serializers.CharField(min_length=8, **SECRET)


class SessionSerializer(serializers.ModelSerializer):
    """A device somebody is signed in on."""

    device = serializers.SerializerMethodField()
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ["id", "device", "address", "created_at", "last_used_at", "is_current"]
        read_only_fields = fields

    def get_device(self, session: Session) -> str:
        return device_name(session.user_agent)

    def get_is_current(self, session: Session) -> bool:
        return bool(session.pk == self.context["request"].auth)


class EndedAnswer(serializers.Serializer):
    ended = serializers.IntegerField(help_text="How many sessions ended.")


class PhoneRequest(serializers.Serializer):
    phone = PhoneField()


class CodeSentAnswer(serializers.Serializer):
    """The same whether or not anybody is behind the address or number."""

    sent_to = serializers.CharField(help_text="The address, or the number in E.164.")
    code_token = serializers.CharField(help_text="Goes to `…/confirm` with the code, or to `auth/code/resend`. Worth nothing without the code.")
    retry_after = serializers.IntegerField(help_text="Seconds until the code can be sent again.")
    expires_in = serializers.IntegerField(help_text="Seconds the code lives.")


class CodeTokenRequest(serializers.Serializer):
    code_token = serializers.CharField(max_length=300)


class CodeRequest(CodeTokenRequest):
    code = serializers.RegexField(r"^[0-9]{6}\Z", help_text="Six digits.")


class CodeOrNameRequest(CodeRequest):
    username = serializers.CharField(
        required=False, max_length=50, help_text="For a sign-up, another than it was asked for with; where somebody has taken that one meanwhile."
    )
