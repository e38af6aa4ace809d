"""Shapes of the auth endpoints."""

from typing import Any

from rest_framework import serializers

from accounts.sessions.devices import device_name
from accounts.sessions.models import Session
from accounts.users.serializers import MeSerializer

SECRET: dict[str, Any] = {"max_length": 1000, "trim_whitespace": False, "style": {"input_type": "password"}}


class SignUpRequest(serializers.Serializer):
    username = serializers.CharField(min_length=3, max_length=50)
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(min_length=8, **SECRET)


class EmailRequest(serializers.Serializer):
    email = serializers.EmailField(max_length=254)


class SentAnswer(serializers.Serializer):
    email = serializers.EmailField(help_text="Where a mail went. The same for every address, whether it is known or not.")


class SignInRequest(serializers.Serializer):
    """One of ``email`` and ``username``, and the password."""

    email = serializers.EmailField(max_length=254, required=False)
    username = serializers.CharField(max_length=50, required=False)
    password = serializers.CharField(**SECRET)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("email" in attrs) == ("username" in attrs):
            raise serializers.ValidationError("Give either email or username.", code="email_or_username")
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


class ResetPasswordRequest(serializers.Serializer):
    key = serializers.CharField(max_length=500, help_text="The last part of the link in the mail.")
    password = serializers.CharField(min_length=8, **SECRET)


class ChangePasswordRequest(serializers.Serializer):
    current_password = serializers.CharField(**SECRET)
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
