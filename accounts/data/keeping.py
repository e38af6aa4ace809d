"""The last step of signing in for somebody whose account is going to be deleted: do they want to keep it?"""

from allauth.account.stages import LoginStage
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.headless.base.views import AuthenticationStageAPIView
from django.http import HttpRequest, HttpResponseBase

from accounts.data import services


class KeepAccountStage(LoginStage):
    """Comes after password and second factor, so nobody but the person keeps the account."""

    key = "keep_account"
    urlname = "keep_account"

    def handle(self) -> tuple[HttpResponseBase | None, bool]:
        if self.login.user is None or self.login.user.erase_at is None:
            return None, True
        return headed_redirect_response(self.urlname), True

    def keep(self) -> HttpResponseBase:
        """Keep the account and finish signing in. Raises Conflict("not_leaving")."""
        self.login.user = services.keep_account(user=self.login.user)
        response: HttpResponseBase = self.exit()
        return response


class KeepAccount(AuthenticationStageAPIView):
    """The same for REST, run by ``accounts.sessions.headless.call``."""

    stage_class = KeepAccountStage

    def post(self, request: HttpRequest) -> HttpResponseBase:
        services.keep_account(user=self.stage.login.user)
        self.stage.login.user.refresh_from_db()
        response: HttpResponseBase = self.respond_next_stage()
        return response
