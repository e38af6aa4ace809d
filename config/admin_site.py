"""The admin site: who may enter, and what stands in its sidebar."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from accounts.sessions.second_factor import has_second_factor, second_factor_given

# By what the app label begins with, the first that fits; whatever fits none is the last.
SECTIONS = {
    "People": ("account", "auth"),
    "Relations": ("social_graph",),
    "Content": ("social", "media"),
    "Chat": ("chat",),
    "Moderation": ("moderation", "notifications"),
    "System": (),
}
ICON = "table"  # of admins that name none
LATER = 9  # where those stand that say no ``menu_order``: by the alphabet, behind those that do


class HubbubAdminSite(UnfoldAdminSite):
    """For staff who came in by the ordinary sign-in and, outside development, gave a second factor in this session."""

    index_title = "What waits, and what happened"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Enter only admins made for this site. Third parties bring theirs in another look, and for tables nobody should edit by hand."""
        if admin_class is not None and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and second_factor_given(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send whoever may not enter where they can do something about it. For people who are not staff there is no admin."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not request.user.is_staff:
            raise Http404
        if second_factor_given(request):
            return HttpResponseRedirect(reverse("admin:index"))
        step = "account_reauthenticate" if has_second_factor(request) else "mfa_activate_totp"
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': target})}")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, made from what is registered and what this member of staff may see. Admins say their ``icon`` and,
    if need be, ``menu_title`` and ``menu_order``."""
    groups: dict[str, list[dict[str, Any]]] = {title: [] for title in SECTIONS}
    for app in admin.site.get_app_list(request):
        section = next((title for title, beginnings in SECTIONS.items() if app["app_label"].startswith(beginnings)), "System")
        for model in app["models"]:
            if model["admin_url"]:
                shown = admin.site.get_model_admin(model["model"])
                title, icon = getattr(shown, "menu_title", str(model["name"]).capitalize()), getattr(shown, "icon", ICON)
                groups[section].append({"title": title, "icon": icon, "link": model["admin_url"], "order": getattr(shown, "menu_order", LATER)})
    for items in groups.values():
        items.sort(key=lambda item: (item["order"], item["title"]))
    return [{"title": title, "separator": True, "items": items} for title, items in groups.items() if items]
