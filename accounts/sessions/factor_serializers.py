"""Shapes of second factors, passkeys and step-up over REST."""

from typing import Any

from allauth.mfa.models import Authenticator
from rest_framework import serializers

from accounts.sessions.serializers import SECRET

CODE: dict[str, Any] = {"max_length": 20, "help_text": "Six digits from the authenticator app, or a recovery code."}
BYTES: dict[str, Any] = {"max_length": 20_000, "help_text": "base64url."}
CEREMONY = "The `ticket` that came with the options, and what the device answered."


class CreatedSerializer(serializers.Serializer):
    clientDataJSON = serializers.CharField(**BYTES)  # noqa: N815 - as WebAuthn has it
    attestationObject = serializers.CharField(**BYTES)  # noqa: N815 - as WebAuthn has it


class SignedSerializer(serializers.Serializer):
    clientDataJSON = serializers.CharField(**BYTES)  # noqa: N815 - as WebAuthn has it
    authenticatorData = serializers.CharField(**BYTES)  # noqa: N815 - as WebAuthn has it
    signature = serializers.CharField(**BYTES)
    userHandle = serializers.CharField(required=False, allow_null=True, allow_blank=True, **BYTES)  # noqa: N815 - as WebAuthn has it


class CredentialSerializer(serializers.Serializer):
    id = serializers.CharField(max_length=1400)
    rawId = serializers.CharField(max_length=1400)  # noqa: N815 - as WebAuthn has it
    type = serializers.ChoiceField(choices=["public-key"])


class NewCredentialSerializer(CredentialSerializer):
    """RegistrationResponseJSON of WebAuthn: what `PublicKeyCredential.toJSON()` gives. Other fields are not looked at."""

    response = CreatedSerializer()


class AssertionSerializer(CredentialSerializer):
    """AuthenticationResponseJSON of WebAuthn: what `PublicKeyCredential.toJSON()` gives. Other fields are not looked at."""

    response = SignedSerializer()


class CeremonyAnswer(serializers.Serializer):
    options = serializers.DictField(child=serializers.JSONField(), help_text="For `navigator.credentials`, in WebAuthn's JSON; five minutes.")
    ticket = serializers.CharField(help_text="To be sent back with what the device answers.")


class PasskeyRequest(serializers.Serializer):
    ticket = serializers.CharField(max_length=1000, help_text=CEREMONY)
    credential = NewCredentialSerializer()
    name = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class PasskeyName(serializers.Serializer):
    name = serializers.CharField(max_length=100)


class PasskeyAnswerRequest(serializers.Serializer):
    ticket = serializers.CharField(max_length=1000, help_text=CEREMONY)
    credential = AssertionSerializer()


class PasskeySerializer(serializers.ModelSerializer):
    """A passkey as its owner sees it."""

    name = serializers.CharField(source="data.name", read_only=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Authenticator
        fields = ["id", "name", "created_at", "last_used_at"]
        read_only_fields = fields


class NewPasskeyAnswer(PasskeySerializer):
    recovery_codes_made = serializers.BooleanField(help_text="It is the first second factor, so there are recovery codes to keep now.")

    class Meta(PasskeySerializer.Meta):
        fields = [*PasskeySerializer.Meta.fields, "recovery_codes_made"]
        read_only_fields = fields


class OneWay(serializers.Serializer):
    """A code, a passkey's answer or (where it is a field) a password: one of them, and whole."""

    code = serializers.CharField(required=False, **CODE)
    ticket = serializers.CharField(max_length=1000, required=False, help_text=CEREMONY)
    credential = AssertionSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ways = attrs.keys() & {"code", "password", "ticket", "credential"}
        if ways != {"ticket", "credential"} and (len(ways) != 1 or ways & {"ticket", "credential"}):
            raise serializers.ValidationError("Give one way, and all of it.", code="one_way")
        return attrs


class ConfirmationAnswer(serializers.Serializer):
    ways = serializers.ListField(child=serializers.CharField(), help_text="Of `code`, `passkey`, `password`, `sign_in`.")
    confirmed_until = serializers.DateTimeField(allow_null=True, help_text="Until when nothing need be confirmed; null when something has to.")


class ConfirmationRequest(OneWay):
    """`password`, or `code`, or `ticket` and `credential`."""

    password = serializers.CharField(required=False, **SECRET)


class SecondFactorRequest(OneWay):
    """`mfa_token`, and `code`, or `ticket` and `credential`."""

    mfa_token = serializers.CharField(max_length=100, help_text="From the error `mfa_required` of sign-in.")


class SecondFactorOptionsRequest(serializers.Serializer):
    mfa_token = serializers.CharField(max_length=100, help_text="From the error `mfa_required` of sign-in.")


class TotpAnswer(serializers.Serializer):
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class RecoveryCodesLeft(serializers.Serializer):
    unused = serializers.IntegerField()
    total = serializers.IntegerField()


class FactorsAnswer(serializers.Serializer):
    """What a person has besides the password. Null: not set up."""

    totp = TotpAnswer(allow_null=True)
    passkeys = serializers.IntegerField(help_text="How many.")
    recovery_codes = RecoveryCodesLeft(allow_null=True)


class TotpSecretAnswer(serializers.Serializer):
    secret = serializers.CharField(help_text="Base32, to be typed where nothing can be scanned.")
    url = serializers.CharField(help_text="`otpauth://…`, to be shown as a QR code.")


class TotpRequest(serializers.Serializer):
    code = serializers.CharField(max_length=20, help_text="Six digits from the authenticator app.")


class RecoveryCodesAnswer(serializers.Serializer):
    unused_codes = serializers.ListField(child=serializers.CharField())
    total = serializers.IntegerField()
