"""Shapes of signing in with Google over REST."""

from typing import Any

from allauth.socialaccount.models import SocialAccount
from rest_framework import serializers

CODE_PARTS = {"code", "code_verifier", "redirect_uri"}


class ConnectRequest(serializers.Serializer):
    """`id_token` (and the `nonce` it was asked for with), or `code`, `code_verifier` and `redirect_uri`."""

    ways: tuple[set[str], ...] = ({"id_token"}, CODE_PARTS)

    id_token = serializers.CharField(max_length=5000, required=False, help_text="From Credential Manager, Google Sign-In and the like.")
    nonce = serializers.CharField(max_length=200, required=False, help_text="The one asked for, where one was.")
    code = serializers.CharField(max_length=500, required=False, help_text="Of an authorisation request with PKCE (S256).")
    code_verifier = serializers.RegexField(r"^[A-Za-z0-9._~-]{43,128}$", required=False, help_text="Whose hash went into that request.")
    redirect_uri = serializers.CharField(max_length=500, required=False, help_text="As in that request.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = attrs.keys() - {"username"}
        if given - {"nonce"} not in self.ways or ("nonce" in given and "id_token" not in given):
            raise serializers.ValidationError("Give one way, and all of it.", code="one_way")
        return attrs


class GoogleRequest(ConnectRequest):
    """`id_token` (and `nonce`), or `code`, `code_verifier` and `redirect_uri`, or `sign_up_token`; with a `username` for who is new."""

    ways = ({"id_token"}, CODE_PARTS, {"sign_up_token"})

    sign_up_token = serializers.CharField(max_length=2000, required=False, help_text="From the error `username_required`.")
    username = serializers.CharField(min_length=3, max_length=50, required=False)


class ConnectedSerializer(serializers.ModelSerializer):
    """An account elsewhere that opens this one."""

    provider = serializers.CharField(read_only=True)
    email = serializers.SerializerMethodField()
    connected_at = serializers.DateTimeField(source="date_joined", read_only=True)

    class Meta:
        model = SocialAccount
        fields = ["id", "provider", "email", "connected_at"]
        read_only_fields = fields

    def get_email(self, account: SocialAccount) -> str:
        """As it was there when it was last used."""
        return str(account.extra_data.get("email", ""))
