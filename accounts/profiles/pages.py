"""A person's page, whom they follow, who follows them and who asks to, and what one shows and allows oneself."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.profiles import selectors, services
from accounts.profiles.forms import SPANS, PictureForm, PrivacyForm, ProfileForm, StatusForm, StepsForm
from accounts.users.models import User
from accounts.users.services import set_status, update_profile
from core.errors import DomainError, NotFound
from core.paging import Page
from media_app.uploads.counting import count_file, count_kind
from media_app.uploads.models import Kind
from media_app.uploads.selectors import chosen_portraits
from social.graph import policies
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
        "profile": selectors.profile(viewer, person),
        "waiting": graph.waiting_count(person) if viewer == person else 0,
        "posts": page.items,
        "next": page.next,
    }
    return render(request, "accounts/profiles/profile.html", context)


SIDES: dict[str, Callable[..., Page[User]]] = {
    "followers": graph.followers,
    "following": graph.following,
    "friends": graph.friends_of,
    "mutual": graph.mutual_friends,
}


@require_safe
def people(request: HttpRequest, username: str, side: str) -> HttpResponse:
    """Followers, the people followed, friends, or the friends one has in common."""
    viewer = viewer_of(request)
    person = graph.visible_person(viewer, username)
    page = SIDES[side](viewer, person, cursor=request.GET.get("cursor"))
    context = {
        "person": person,
        "side": side,
        "people": page.items,
        "next": page.next,
        "followed": graph.followed_among(viewer, page.items),
        "requested": graph.requested_among(viewer, page.items),
        "is_closed": not policies.can_see_inside(viewer, person),
        "own_followers": side == "followers" and viewer == person,
    }
    return render(request, "accounts/profiles/people.html", context)


@require_POST
@login_required
def follow(request: HttpRequest, username: str) -> HttpResponse:
    """``following`` says how it shall be; of a private account that is asked for first."""
    viewer = signed_in(request)
    person = graph.visible_person(viewer, username)
    act = edges.follow if request.POST.get("following") == "1" else edges.unfollow
    act(actor=viewer, target=person)
    if not in_place(request):
        return back(request, f"/{person.username}/")
    relation = graph.relation(viewer, person)
    size = "md" if request.POST.get("size") == "md" else "sm"
    context = {"person": person, "is_followed": relation.following, "is_requested": relation.requested, "size": size}
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
def requests(request: HttpRequest, side: str) -> HttpResponse:
    """Who asks to follow one, to approve or decline (``answer``); or whom one asked, to take that back."""
    viewer = signed_in(request)
    if request.method == "POST":
        answer_request(viewer, request.POST.get("answer", ""), key_of(request.POST.get("request", "")))
        return redirect(request.path)
    listed = graph.follow_requests_received if side == "received" else graph.follow_requests_sent
    page = listed(viewer, cursor=request.GET.get("cursor"))
    return render(request, "accounts/profiles/requests.html", {"side": side, "requests": page.items, "next": page.next})


def answer_request(viewer: User, answer: str, request_id: UUID) -> None:
    act = {"approve": edges.approve_follow, "decline": edges.decline_follow, "cancel": edges.cancel_follow_request}.get(answer)
    if act is None:
        raise NotFound
    act(actor=viewer, request_id=request_id)


def key_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def editor(request: HttpRequest) -> HttpResponse:
    """What one shows of oneself."""
    viewer = signed_in(request)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=User.objects.get(pk=viewer.pk))
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in ProfileForm.Meta.fields}
        try:
            for kind in (Kind.AVATAR, Kind.COVER):
                save_picture(request, kind, form)
            update_profile(user=viewer, changes=changes)
        except DomainError as refusal:
            form.add_error("birth_date" if refusal.code == "invalid_birth_date" else "avatar", refusal.message)
        else:
            messages.success(request, "Your profile is saved.")
            return redirect("profile_editor")
    context = {"form": form, "hours": SPANS, "chosen": chosen_portraits(viewer)}
    return render(request, "accounts/profiles/editor.html", context, status=422 if form.errors else 200)


def save_picture(request: HttpRequest, kind: Kind, form: PictureForm) -> None:
    """What the form says of one picture: away with it, another in its place as soon as that is ready, or nothing."""
    user = signed_in(request)
    if form.cleaned_data.get(f"remove_{kind}"):
        services.remove_picture(user=user, kind=kind)
    elif file := form.cleaned_data[kind.value]:
        count_file(request, user)
        count_kind(request, user, kind)
        services.choose_picture(user=user, file=file, kind=kind, crop=form.cleaned_data[f"{kind}_crop"])


@require_POST
@login_required
def status(request: HttpRequest) -> HttpResponse:
    """Say what one is up to, for a while."""
    form = StatusForm(request.POST)
    if form.is_valid():
        set_status(user=signed_in(request), text=form.cleaned_data["text"], until=form.until())
        messages.success(request, "Your status is set." if form.cleaned_data["text"] else "Your status is gone.")
    else:
        messages.error(request, "A status has 100 characters at most.")
    return redirect("profile_editor")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Whom one lets near, choice by choice."""
    viewer = signed_in(request)
    form = PrivacyForm(request.POST or None, instance=User.objects.get(pk=viewer.pk))
    if request.method == "POST" and form.is_valid():
        update_profile(user=viewer, changes=form.cleaned_data)
        messages.success(request, "Your choices hold from now on.")
        return redirect("privacy_settings")
    return render(request, "accounts/profiles/privacy.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """The first steps after signing up: a picture, a name, some words, people to follow. Any of them can be left for later."""
    viewer = signed_in(request)
    form = StepsForm(request.POST or None, request.FILES or None, instance=User.objects.get(pk=viewer.pk))
    if request.method == "POST" and form.is_valid():
        try:
            save_picture(request, Kind.AVATAR, form)
            update_profile(user=viewer, changes={name: form.cleaned_data[name] for name in StepsForm.Meta.fields})
        except DomainError as refusal:
            form.add_error("avatar", refusal.message)
        else:
            messages.success(request, f"That is you. Welcome!{' Your picture shows in a moment.' if form.cleaned_data['avatar'] else ''}")
            return redirect("home")
    people = graph.suggestions(viewer, limit=5)
    context = {"form": form, "people": people, "missing": viewer.missing_from_profile}
    return render(request, "accounts/profiles/welcome.html", context, status=422 if form.errors else 200)
