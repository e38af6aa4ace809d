"""Friends, requests, contacts, suggestions and mutes in a browser. Every action is a form; where it was asked from, one comes back to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.profiles.forms import ContactForm, KeywordForm
from accounts.profiles.pages import key_of
from accounts.users.models import User
from core.api.limits import enforce
from core.errors import DomainError, NotFound
from social.graph import policies, selectors, services
from social.graph.lookups import count_search
from social.graph.models import MAX_REQUEST_MESSAGE
from social.graph.search import people_called
from social.graph.suggestions import suggestions_for
from social.posts.pages import back, in_place, signed_in

SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "good": None}


@require_safe
@login_required
def friends(request: HttpRequest) -> HttpResponse:
    viewer = signed_in(request)
    page = selectors.friends(viewer, viewer, cursor=request.GET.get("cursor"))
    context = {"tab": "friends", "friendships": page.items, "next": page.next, "waiting": selectors.request_count(viewer)}
    return render(request, "accounts/profiles/friends.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def friend_requests(request: HttpRequest, side: str) -> HttpResponse:
    """Who would like to be a friend, to accept or decline (``answer``); or whom one asked, to take that back."""
    viewer = signed_in(request)
    if request.method == "POST":
        act: Callable[..., object] | None = {
            "accept": services.accept_request,
            "decline": services.decline_request,
            "cancel": services.cancel_request,
        }.get(request.POST.get("answer", ""))
        if act is None:
            raise NotFound
        act(actor=viewer, request_id=key_of(request.POST.get("request", "")))
        return redirect(request.path)
    listed = selectors.requests_received if side == "received" else selectors.requests_sent
    page = listed(viewer, cursor=request.GET.get("cursor"))
    context = {"tab": side, "requests": page.items, "next": page.next, "waiting": selectors.request_count(viewer)}
    return render(request, "accounts/profiles/friend_requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def friend(request: HttpRequest, username: str) -> HttpResponse:
    """What one can do about being friends with a person; ``act`` does it."""
    viewer = signed_in(request)
    person, relation = selectors.met_person(viewer, username)
    if person == viewer:
        return redirect("friends")
    if request.method == "POST":
        try:
            said = befriend(viewer, person, relation, request.POST.get("act", ""), request.POST.get("message", ""))
        except DomainError as refusal:
            if in_place(request) or isinstance(refusal, NotFound):
                raise
            messages.error(request, refusal.message)
            return redirect("friend", username=person.username)
        if in_place(request):
            return render(request, "accounts/profiles/_friend.html", friend_context(viewer, person, request.POST.get("size", "")))
        messages.success(request, said)
        return back(request, f"/{person.username}/")
    count, named = selectors.mutual_friends_in_short(viewer, person)
    asked = selectors.waiting_request(viewer, relation)
    context = {**friend_context(viewer, person), "asked": asked, "mutual_count": count, "mutual": named, "max_length": MAX_REQUEST_MESSAGE}
    return render(request, "accounts/profiles/friend.html", context)


def befriend(viewer: User, person: User, relation: selectors.Relation, act: str, message: str) -> str:
    """Do what the form says, and say what was done. What no longer fits (another device was faster) is NotFound."""
    match act, relation:
        case "ask", _:
            enforce("friend_requests", f"person:{viewer.pk}")
            made = services.request_friendship(actor=viewer, target=person, message=message)
            return f"You and {person.name} are friends." if made.is_accepted else f"{person.name} has your request."
        case "accept", selectors.Relation(request_received=waiting) if waiting:
            services.accept_request(actor=viewer, request_id=waiting)
            return f"You and {person.name} are friends."
        case "decline", selectors.Relation(request_received=waiting) if waiting:
            services.decline_request(actor=viewer, request_id=waiting)
            return f"Declined. {person.name} is not told."
        case "cancel", selectors.Relation(request_sent=sent) if sent:
            services.cancel_request(actor=viewer, request_id=sent)
            return "Your request is taken back."
        case "remove", _:
            services.remove_friend(actor=viewer, friend=person)
            return f"You and {person.name} are no longer friends."
    raise NotFound


def friend_context(viewer: User, person: User, size: str = "md") -> dict[str, Any]:
    """What the friend button needs to know."""
    relation = selectors.relation(viewer, person)
    may_ask = not relation.friends and policies.can_request_friendship(viewer, person)
    return {"person": person, "relation": relation, "may_ask": may_ask, "size": "md" if size == "md" else "sm"}


@require_safe
@login_required
def find_people(request: HttpRequest) -> HttpResponse:
    """People by name (``q``), and while nothing is looked for, whom one might know."""
    viewer, words = signed_in(request), request.GET.get("q", "").replace("\x00", "").strip()[:80]
    context: dict[str, Any] = {"q": words}
    if words:
        count_search(request, viewer, words)
        page = people_called(viewer, words, cursor=request.GET.get("cursor"))
        followed, requested = selectors.followed_among(viewer, page.items), selectors.requested_among(viewer, page.items)
        context |= {"people": page.items, "next": page.next, "followed": followed, "requested": requested}
    else:
        context["suggestions"] = suggestions_for(viewer, limit=20)
    return render(request, "accounts/profiles/find_people.html", context)


@require_POST
@login_required
def dismiss(request: HttpRequest, username: str) -> HttpResponse:
    """Do not suggest a person again."""
    viewer = signed_in(request)
    services.dismiss_suggestion(actor=viewer, person=selectors.visible_person(viewer, username))
    return HttpResponse() if in_place(request) else back(request, "/people/")


@require_POST
@login_required
def remove_follower(request: HttpRequest, username: str) -> HttpResponse:
    """Have a person follow no longer, without a block."""
    viewer = signed_in(request)
    person = selectors.visible_person(viewer, username)
    services.remove_follower(actor=viewer, follower=person)
    messages.success(request, f"{person.name} no longer follows you. They are not told.")
    return back(request, f"/{viewer.username}/followers/")


@require_safe
@login_required
def contacts(request: HttpRequest) -> HttpResponse:
    viewer, favourites = signed_in(request), request.GET.get("favourites") == "1"
    page = selectors.contacts(viewer, favourites=favourites, cursor=request.GET.get("cursor"))
    context = {"contacts": page.items, "next": page.next, "favourites": favourites, "waiting": selectors.request_count(viewer)}
    return render(request, "accounts/profiles/contacts.html", context)


@require_POST
@login_required
def keep_contact(request: HttpRequest, username: str) -> HttpResponse:
    """Put a person into the address book."""
    viewer = signed_in(request)
    person = selectors.visible_person(viewer, username)
    contact = services.add_contact(owner=viewer, person=person)
    messages.success(request, f"{person.name} is among your contacts.")
    return redirect("contact", contact_id=contact.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact(request: HttpRequest, contact_id: Any) -> HttpResponse:
    """One contact, to name, favour or strike out (``remove``)."""
    viewer = signed_in(request)
    kept = selectors.contact_detail(viewer, contact_id)
    form = ContactForm(request.POST or None, instance=kept)
    if request.method == "POST" and "remove" in request.POST:
        services.remove_contact(owner=viewer, contact_id=contact_id)
        messages.success(request, f"{kept.person.name} is no longer among your contacts.")
        return redirect("contacts")
    if request.method == "POST" and form.is_valid():
        services.change_contact(owner=viewer, contact_id=contact_id, changes=form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("contacts")
    return render(request, "accounts/profiles/contact.html", {"contact": kept, "form": form}, status=422 if form.errors else 200)


@require_POST
@login_required
def mute(request: HttpRequest, username: str) -> HttpResponse:
    """``for`` says how long: a key of SPANS; "off" takes the mute back."""
    viewer = signed_in(request)
    person, span = selectors.visible_person(viewer, username), request.POST.get("for", "")
    if span == "off":
        services.unmute(actor=viewer, target=person)
        messages.success(request, f"You see {person.name} again.")
    elif span in SPANS:
        length = SPANS[span]
        services.mute(actor=viewer, target=person, until=timezone.now() + length if length else None)
        messages.success(
            request,
            f"You do not see what {person.name} does for now. They are not told." if length else f"{person.name} is muted. They are not told.",
        )
    else:
        raise NotFound
    return back(request, f"/{person.username}/")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def muted(request: HttpRequest) -> HttpResponse:
    """Whom and which words one mutes. The form adds a word; ``word`` takes one back."""
    viewer = signed_in(request)
    form = KeywordForm(request.POST if request.method == "POST" and "word" not in request.POST else None)
    if request.method == "POST" and "word" in request.POST:
        services.unmute_keyword(actor=viewer, mute_id=key_of(request.POST["word"]))
        return redirect("muted")
    if form.is_valid():
        length = SPANS[form.cleaned_data["span"]]
        try:
            services.mute_keyword(actor=viewer, keyword=form.cleaned_data["keyword"], until=timezone.now() + length if length else None)
        except DomainError as refusal:
            form.add_error("keyword", refusal.message)
        else:
            return redirect("muted")
    people = selectors.muted_people(viewer, cursor=request.GET.get("cursor"))
    words = selectors.muted_keywords(viewer, limit=100)
    context = {"form": form, "mutes": people.items, "next": people.next, "words": words.items}
    return render(request, "accounts/profiles/muted.html", context, status=422 if form.errors else 200)
