"""Second factors: the pages that set one up, and whether staff have used theirs in this session."""

import base64
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme

NEXT_KEY = "second_factor_next"


def has_second_factor(request: HttpRequest) -> bool:
    return bool(get_adapter().is_mfa_enabled(request.user, types=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def second_factor_given(request: HttpRequest) -> bool:
    """Whether this session answered a second factor, or staff need none here (``STAFF_NEED_SECOND_FACTOR``, off in development)."""
    if not settings.STAFF_NEED_SECOND_FACTOR:
        return True
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


class Overview(base_views.IndexView):
    template_name = "accounts/sessions/two_factor.html"


class SetUp(totp_views.ActivateTOTPView):
    """Scan, type one code, done. The session counts as having given the factor, for it just did."""

    template_name = "accounts/sessions/two_factor_set_up.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (target := request.GET.get("next", "")) and url_has_allowed_host_and_scheme(target, {request.get_host()}):
            request.session[NEXT_KEY] = target
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type=Authenticator.Type.TOTP, reauthenticated=True)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        picture = base64.b64encode(context["totp_svg"].encode()).decode()
        return {**context, "picture": f"data:image/svg+xml;base64,{picture}", "secret": context["form"].secret}


class TurnOff(totp_views.DeactivateTOTPView):
    template_name = "accounts/sessions/two_factor_turn_off.html"
    success_url = reverse_lazy("mfa_index")


class RecoveryCodes(recovery_views.ViewRecoveryCodesView):
    template_name = "accounts/sessions/recovery_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"next": self.request.session.pop(NEXT_KEY, ""), **super().get_context_data(**kwargs)}


class NewRecoveryCodes(recovery_views.GenerateRecoveryCodesView):
    template_name = "accounts/sessions/recovery_codes_new.html"
