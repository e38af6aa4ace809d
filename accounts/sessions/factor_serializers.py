"""Shapes of second factors, passkeys and step-up over REST."""

from typing import Any

from rest_framework import serializers

from accounts.sessions.serializers import SECRET


class ConfirmationAnswer(serializers.Serializer):
    ways = serializers.ListField(child=serializers.CharField(), help_text="Of `code`, `passkey`, `password`, `sign_in`.")
    confirmed_until = serializers.DateTimeField(allow_null=True, help_text="Until when nothing need be confirmed; null when something has to.")


class ConfirmationRequest(serializers.Serializer):
    """One of them."""

    password = serializers.CharField(required=False, **SECRET)
    code = serializers.CharField(max_length=20, required=False, help_text="Six digits from the authenticator app, or a recovery code.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give one of password and code.", code="one_way")
        return attrs
