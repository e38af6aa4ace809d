"""How one wants to be seen, in a browser."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.users.models import SeenAs, User
from chat.presence.forms import SeenAsForm
from chat.presence.services import choose
from core.errors import RateLimited, Unavailable
from core.realtime.budget import spend


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def seen_as(request: HttpRequest) -> HttpResponse:
    """Choose it; as often as over a socket, and counted together."""
    viewer = cast(User, request.user)
    form = SeenAsForm(request.POST or None, initial={"seen_as": viewer.seen_as})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                spend(viewer.pk, "presence:update")
                choose(person_id=viewer.pk, seen_as=SeenAs(form.cleaned_data["seen_as"]))
            except (RateLimited, Unavailable) as refusal:
                form.add_error(None, refusal.message)
                status = refusal.status
            else:
                messages.success(request, "That is how you look from now on.")
                return redirect("seen_as")
    return render(request, "chat/presence/seen_as.html", {"form": form}, status=status)
