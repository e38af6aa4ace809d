"""A person's page, whom they follow and who follows them, and the editor of one's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.profiles import services
from accounts.profiles.forms import ProfileForm
from accounts.users.models import User
from accounts.users.services import update_profile
from core.errors import DomainError
from social.graph import selectors as graph
from social.graph import services as edges
from social.posts.pages import back, in_place, signed_in, viewer_of
from social.posts.selectors import mark_liked, posts_by


@require_safe
def profile(request: HttpRequest, username: str) -> HttpResponse:
    viewer = viewer_of(request)
    person = graph.visible_person(viewer, username)
    page = posts_by(viewer, person, cursor=request.GET.get("cursor"))
    mark_liked(viewer, page.items)
    context = {
        "person": person,
        "counts": graph.person_counts(person),
        "relation": graph.relation(viewer, person),
        "posts": page.items,
        "next": page.next,
    }
    return render(request, "accounts/profiles/profile.html", context)


@require_safe
def people(request: HttpRequest, username: str, side: str) -> HttpResponse:
    """Followers, or the people followed."""
    viewer = viewer_of(request)
    person = graph.visible_person(viewer, username)
    listed = graph.followers if side == "followers" else graph.following
    page = listed(viewer, person, cursor=request.GET.get("cursor"))
    context = {"person": person, "side": side, "people": page.items, "next": page.next, "followed": graph.followed_among(viewer, page.items)}
    return render(request, "accounts/profiles/people.html", context)


@require_POST
@login_required
def follow(request: HttpRequest, username: str) -> HttpResponse:
    """``following`` says how it shall be."""
    viewer = signed_in(request)
    person = graph.visible_person(viewer, username)
    act = edges.follow if request.POST.get("following") == "1" else edges.unfollow
    act(actor=viewer, target=person)
    if not in_place(request):
        return back(request, f"/{person.username}/")
    context = {"person": person, "is_followed": act is edges.follow, "size": "md" if request.POST.get("size") == "md" else "sm"}
    return render(request, "accounts/profiles/_follow.html", context)


@require_POST
@login_required
def block(request: HttpRequest, username: str) -> HttpResponse:
    viewer = signed_in(request)
    person = graph.visible_person(viewer, username)
    edges.block(actor=viewer, target=person)
    messages.success(request, f"You and {person.name} no longer see each other.")
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def blocked(request: HttpRequest) -> HttpResponse:
    """Whom one blocked; a form takes a block back."""
    viewer = signed_in(request)
    if request.method == "POST":
        person = graph.blocked_person(viewer, request.POST.get("person", ""))
        edges.unblock(actor=viewer, target=person)
        messages.success(request, f"You and {person.name} can see each other again.")
        return redirect("blocked")
    page = graph.blocked_people(viewer, cursor=request.GET.get("cursor"))
    return render(request, "accounts/profiles/blocked.html", {"people": page.items, "next": page.next})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def editor(request: HttpRequest) -> HttpResponse:
    """One's own profile and privacy."""
    viewer = signed_in(request)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=User.objects.get(pk=viewer.pk))
    if request.method == "POST" and form.is_valid():
        changes = dict(form.cleaned_data)
        file, remove = changes.pop("avatar"), changes.pop("remove_avatar")
        try:
            if remove:
                services.remove_avatar(user=viewer)
            elif file:
                services.set_avatar_from_file(user=viewer, file=file)
            update_profile(user=viewer, changes=changes)
        except DomainError as refusal:
            form.add_error("avatar", refusal.message)
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("profile_editor")
    return render(request, "accounts/profiles/editor.html", {"form": form}, status=422 if form.errors else 200)
