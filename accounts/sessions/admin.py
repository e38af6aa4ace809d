"""Sessions, second factors and connected accounts, as staff see them: to look at. What is done about them is ``moderation``'s, which audits it."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.sessions.devices import device_name
from accounts.sessions.models import Session
from accounts.users.admin import UserAdmin
from core.admin import LookingAdmin, ToLookAt, whether


@admin.register(Session)
class SessionAdmin(LookingAdmin):
    icon = "devices"
    list_display = ["user", "device", "address", "created_at", "last_used_at", "standing"]
    list_filter = ["end_reason", ("ended_at", whether("standing", yes="Ended", no="Live"))]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__email", "address"]
    ordering = ["-id"]
    fields = ["user", "device", "user_agent", "address", "created_at", "last_used_at", "refreshed_at", "ended_at", "end_reason"]
    readonly_fields = fields

    @display(description="Device")
    def device(self, session: Session) -> str:
        return device_name(session.user_agent)

    @display(description="Standing", label=True)
    def standing(self, session: Session) -> str:
        return session.get_end_reason_display() if session.ended_at else "Live"


class SessionInline(ToLookAt, TabularInline):
    model = Session
    fields = ["device", "address", "created_at", "last_used_at"]
    readonly_fields = fields
    extra = 0
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).live().order_by("-last_used_at")  # type: ignore[no-any-return]

    @display(description="Device")
    def device(self, session: Session) -> str:
        return device_name(session.user_agent)


@admin.register(EmailAddress)
class EmailAddressAdmin(LookingAdmin):
    icon = "alternate_email"
    list_display = ["email", "user", "verified", "primary"]
    list_filter = ["verified", "primary"]
    list_select_related = ["user"]
    search_fields = ["email", "user__username"]


class EmailAddressInline(ToLookAt, TabularInline):
    """Beside the number on the person's page, which needs no mark: it is only there because they answered from it."""

    model = EmailAddress
    fields = ["email", "verified", "primary"]
    readonly_fields = fields
    extra = 0
    tab = True


class AuthenticatorInline(ToLookAt, TabularInline):
    """Second factors and passkeys, without their secrets."""

    model = Authenticator
    verbose_name_plural = "second factors"
    fields = ["type", "called", "created_at", "last_used_at"]
    readonly_fields = fields
    extra = 0
    tab = True

    @display(description="Name")
    def called(self, factor: Authenticator) -> str:
        return str(factor.data.get("name", ""))


class SocialAccountInline(ToLookAt, TabularInline):
    model = SocialAccount
    verbose_name_plural = "connected accounts"
    fields = ["provider", "email", "date_joined", "last_login"]
    readonly_fields = fields
    extra = 0
    tab = True

    @display(description="Email there")
    def email(self, account: SocialAccount) -> str:
        return str(account.extra_data.get("email", ""))


# People are one floor down and know no sessions, so what staff see of both is added from here.
UserAdmin.inlines = [*UserAdmin.inlines, EmailAddressInline, SessionInline, AuthenticatorInline, SocialAccountInline]
