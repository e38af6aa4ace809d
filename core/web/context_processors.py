"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from core.web import navigation, settings_menu
from core.web.theme import chosen_theme


def shell(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the chosen theme, the settings, and the navigation, whose counts are queried only when a signed-in page shows them."""

    def links() -> list[navigation.Link]:
        user = getattr(request, "user", None)
        return navigation.links(user, request.path) if user is not None and user.is_authenticated else []

    return {
        "site_name": settings.SITE_NAME,
        "theme": chosen_theme(request),
        "navigation": SimpleLazyObject(links),
        "settings_menu": SimpleLazyObject(lambda: settings_menu.menu(request.path)),
        "debug": settings.DEBUG,
    }
