"""Every path of the project. Slices bring their own: ``api`` under /api/v1/, ``pages`` under /."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core import slices

NO_END = 1_000

slice_urls = list(slices.load("urls"))
api: list[URLPattern | URLResolver] = [pattern for urls in slice_urls for pattern in urls.api]
pages: list[URLPattern | URLResolver] = [pattern for urls in slice_urls for pattern in urls.pages]


def words_before_any(pattern: URLPattern | URLResolver) -> int:
    """How many parts of an address have to be what the pattern says, until one may be anything."""
    parts = str(pattern.pattern).split("/")
    return next((index for index, part in enumerate(parts) if part.startswith("<")), NO_END)


# What says a word is asked before what takes any, whichever slices they are of: users/me before users/<user>, and /<username>/ last of all.
api.sort(key=words_before_any, reverse=True)
pages.sort(key=words_before_any, reverse=True)

urlpatterns = [path("api/v1/", include(api)), path("admin/", admin.site.urls), *pages]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
