"""Feeds in a browser, with the composer on top."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from social.feeds import selectors
from social.graph.selectors import suggestions
from social.posts.pages import composer, signed_in, viewer_of


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What the people one follows published; where that is nothing, people to follow."""
    viewer = signed_in(request)
    page = selectors.home_feed(viewer, cursor=request.GET.get("cursor"))
    context = {"posts": page.items, "next": page.next, "form": composer(viewer), "people": suggestions(viewer, limit=5)}
    return render(request, "social/feeds/home.html", context)


@require_safe
@login_required
def news(request: HttpRequest) -> HttpResponse:
    """How many posts came since the one a page shows first (``after``): a link to them, or nothing."""
    count = selectors.count_newer(signed_in(request), request.GET.get("after", ""))
    return render(request, "social/feeds/_news.html", {"count": count}) if count else HttpResponse(status=204)


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """Everything public, for everybody."""
    viewer = viewer_of(request)
    page = selectors.public_feed(viewer, cursor=request.GET.get("cursor"))
    return render(request, "social/feeds/explore.html", {"posts": page.items, "next": page.next})
