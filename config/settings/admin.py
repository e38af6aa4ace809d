"""How the admin looks: django-unfold's own settings."""

from typing import Any


def unfold(site_name: str) -> dict[str, Any]:
    return {
        "SITE_TITLE": site_name,
        "SITE_HEADER": site_name,
        "SITE_SUBHEADER": "Operations and moderation",
        "SITE_SYMBOL": "forum",
        "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
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
            }
        },
        "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "config.admin_site.navigation"},
    }
