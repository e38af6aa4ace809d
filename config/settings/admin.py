"""How the admin looks: django-unfold's own settings."""

from typing import Any

from django.templatetags.static import static


def unfold(site_name: str) -> dict[str, Any]:
    return {
        "SITE_TITLE": site_name,
        "SITE_HEADER": site_name,
        "SITE_SUBHEADER": "Operations and moderation",
        "SITE_SYMBOL": "forum",
        "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
        "STYLES": [lambda request: static("css/admin.css")],
        "SHOW_HISTORY": True,
        "SHOW_VIEW_ON_SITE": False,
        "COLORS": {  # the accent of static/css/tokens.css, from wash to ink
            "primary": {
                str(step): f"oklch({lightness} {chroma} 192)"
                for step, lightness, chroma in (
                    (50, 0.98, 0.014),
                    (100, 0.955, 0.028),
                    (200, 0.91, 0.055),
                    (300, 0.85, 0.09),
                    (400, 0.77, 0.115),
                    (500, 0.6, 0.108),
                    (600, 0.5, 0.098),
                    (700, 0.43, 0.086),
                    (800, 0.36, 0.07),
                    (900, 0.3, 0.055),
                    (950, 0.22, 0.04),
                )
            },
            "base": {  # the neutrals of the pages: their canvas in the light, their canvas and surface in the dark
                str(step): f"oklch({lightness} {chroma} 210)"
                for step, lightness, chroma in (
                    (50, 0.985, 0.004),
                    (100, 0.96, 0.006),
                    (200, 0.915, 0.008),
                    (300, 0.86, 0.01),
                    (400, 0.7, 0.014),
                    (500, 0.55, 0.016),
                    (600, 0.45, 0.016),
                    (700, 0.37, 0.016),
                    (800, 0.27, 0.014),
                    (900, 0.205, 0.012),
                    (950, 0.16, 0.01),
                )
            },
        },
        "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "config.admin_site.navigation"},
    }
