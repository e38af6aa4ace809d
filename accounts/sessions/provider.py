"""Google, as allauth finds it (by the name of this module): OpenID Connect at whatever address ``GOOGLE_ISSUER`` says, with PKCE."""

import hashlib
from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

KNOWN_FOR = 3600  # seconds that a discovery document is believed


class GoogleAdapter(OpenIDConnectOAuth2Adapter):
    """``redirect_uri`` is fixed for the pages; apps bring the one they asked for the code with."""

    def __init__(self, request: HttpRequest, provider_id: str = "google", redirect_uri: str = "") -> None:
        super().__init__(request, provider_id)
        self.redirect_uri = redirect_uri

    @property
    def openid_config(self) -> dict[str, Any]:
        address = self.get_provider().server_url
        key = f"openid:{hashlib.sha256(address.encode()).hexdigest()}"  # an address may be longer, or odder, than keys may be
        known: dict[str, Any] | None = cache.get(key)
        if known is None:
            known = super().openid_config
            cache.set(key, known, KNOWN_FOR)
        return known

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return self.redirect_uri or f"{settings.SITE_URL}{reverse('google_callback')}"


class GoogleProvider(OpenIDConnectProvider):
    id = "google"
    oauth2_adapter_class = GoogleAdapter

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the settings show. The rest is nobody's business here."""
        said = data.get("id_token") or data.get("userinfo") or data
        return {name: said[name] for name in ("email", "name") if isinstance(said.get(name), str)}

    def verify_token(self, request: HttpRequest, token: dict[str, Any]) -> SocialLogin:
        """The person an ID token speaks of: signed by Google, for us or one of our apps, in date. Raises ValidationError("invalid_token")."""
        try:
            config = self.get_oauth2_adapter(request).openid_config
            said = jwtkit.verify_and_decode(
                credential=token["id_token"],
                keys_url=config["jwks_uri"],
                issuer=config["issuer"],
                audience=[self.app.client_id, *settings.GOOGLE_APP_CLIENT_IDS],
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
            if said.get("nonce") != token.get("nonce"):
                raise OAuth2Error("another nonce")
            return self.sociallogin_from_response(request, said)
        except requests.RequestException:
            raise
        except (OAuth2Error, KeyError, TypeError, ValueError) as error:
            raise get_adapter().validation_error("invalid_token") from error


provider_classes = [GoogleProvider]
