"""Posts in a browser. Every action is a form that works without scripts; htmx asks for the piece that changes instead."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.users.models import User
from core.errors import DomainError, Invalid, NotFound
from media_app.uploads import services as uploads
from media_app.uploads.counting import count_file
from media_app.uploads.models import Kind, State, Upload
from media_app.uploads.selectors import unused_images
from social.posts import selectors, services
from social.posts.forms import CommentForm, PostEditForm, PostForm
from social.posts.models import Audience, Comment, Post

FRAGMENT = "X-Fragment"  # the part of a page a script asks for


def viewer_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where the form was, if it says so and that is one of our pages."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else otherwise)


def in_place(request: HttpRequest) -> bool:
    """htmx asks for the piece of the page that changes, not for the page."""
    return request.headers.get("HX-Request") == "true"


def say(response: HttpResponse, text: str) -> HttpResponse:
    """Let the page that stays show ``text`` for a moment."""
    response["HX-Trigger"] = json.dumps({"toast": {"tone": "success", "text": text}})
    return response


def signed_in(request: HttpRequest) -> User:
    """The person behind a page that asks for signing in."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


@dataclass(frozen=True, slots=True)
class Attached:
    """A picture in the form of a post that is not out yet, on its way or ready, and the words for it so far."""

    upload: Upload
    alt: str


def composer(viewer: User) -> PostForm:
    """An empty one, for whom the viewer's posts are at first."""
    return PostForm(initial={"audience": viewer.first_audience})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def compose(request: HttpRequest) -> HttpResponse:
    """Publish a post. Files that come with the form are taken in, and the form comes back with them, each to be described; a worker makes
    them ready meanwhile. Scripts send them ahead instead."""
    viewer = signed_in(request)
    form = PostForm(request.POST or None, request.FILES or None, initial={"audience": viewer.first_audience})
    attached: list[Attached] = []
    if request.method == "POST":
        is_valid = form.is_valid()
        arrived = take_pictures(request, viewer, form)
        attached = [*attached_pictures(viewer, form), *arrived]
        if is_valid and not form.errors and not arrived and "remove" not in request.POST and (post := publish(viewer, form, attached)):
            messages.success(request, "Your post is out.")
            return back(request, post.get_absolute_url())
    context = {"form": form, "attached": attached}
    return render(request, "social/posts/compose.html", context, status=422 if form.errors else 200)


def take_pictures(request: HttpRequest, owner: User, form: PostForm) -> list[Attached]:
    """Files from a form, taken in as uploads and counted as those. One that is refused becomes an error of the form."""
    arrived = []
    for file in form.cleaned_data.get("images", []) if not form.non_field_errors() else []:
        try:
            count_file(request, owner)
            upload = uploads.create_upload_from_file(
                owner=owner, file=file, kind=Kind.IMAGE, filename=file.name, content_type=file.content_type or "", size=file.size
            )
        except DomainError as refusal:
            form.add_error("images", f"{file.name}: {refusal.message}")
        else:
            arrived.append(Attached(upload, ""))
    return arrived


def attached_pictures(viewer: User, form: PostForm) -> list[Attached]:
    """Those of the pictures the form names that the viewer may use, in its order."""
    pictures = form.pictures()
    found = unused_images(viewer, [picture.upload for picture in pictures])
    return [Attached(found[picture.upload], picture.alt) for picture in pictures if picture.upload in found]


def publish(author: User, form: PostForm, attached: list[Attached]) -> Post | None:
    """The post a form holds, if it may go out; what stands against it becomes an error of the form."""
    states = {picture.upload.state for picture in attached}
    if State.FAILED in states:
        form.add_error(None, "One of the pictures cannot be shown. Remove it, then post.")
    elif State.PROCESSING in states:
        form.add_error(None, "The pictures are still being made ready. Nothing is lost: post again in a moment.")
    else:
        try:
            return services.create_post(
                author=author, body=form.cleaned_data["body"], audience=Audience(form.cleaned_data["audience"]), images=form.pictures()
            )
        except Invalid as refusal:
            form.add_error("body", refusal.message)
    return None


@require_safe
@vary_on_headers(FRAGMENT)
def post_page(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """One post and its comments; a script that has just published it asks for the post alone."""
    post = selectors.post_or_own(viewer_of(request), post_id)
    if request.headers.get(FRAGMENT) == "post":
        return render(request, "social/posts/_post.html", {"post": post})
    return show_post(request, post, CommentForm())


def show_post(request: HttpRequest, post: Post, form: CommentForm, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    page = selectors.threads(viewer, post, cursor=request.GET.get("cursor"))
    selectors.mark_liked(viewer, [post])
    selectors.mark_liked_comments(viewer, [comment for thread in page.items for comment in (thread.comment, *thread.replies)])
    context: dict[str, Any] = {"post": post, "threads": page.items, "next": page.next, "form": form}
    return render(request, "social/posts/post.html", context, status=status)


@require_safe
def thread_page(request: HttpRequest, post_id: UUID, comment_id: UUID) -> HttpResponse:
    """One comment with all the replies to it."""
    viewer = viewer_of(request)
    post = selectors.post_detail(viewer, post_id)
    first = selectors.thread_detail(viewer, comment_id, post=post)
    page = selectors.replies(viewer, first, cursor=request.GET.get("cursor"))
    selectors.mark_liked_comments(viewer, [first, *page.items])
    return render(
        request,
        "social/posts/thread.html",
        {
            "post": post,
            "first": first,
            "replies": page.items,
            "next": page.next,
            "form": CommentForm(),
            "reply_to": request.GET.get("reply_to") or first.pk,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    viewer = signed_in(request)
    post = selectors.own_post(viewer, post_id)
    if post.hidden_at:
        raise NotFound
    form = PostEditForm(request.POST or None, initial={"body": post.body, "audience": post.audience})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_post(actor=viewer, post=post, body=form.cleaned_data["body"], audience=Audience(form.cleaned_data["audience"]))
        except Invalid as refusal:
            form.add_error("body", refusal.message)
        else:
            return redirect(post)
    return render(request, "social/posts/edit.html", {"form": form, "post": post}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Asks first."""
    viewer = signed_in(request)
    post = selectors.own_post(viewer, post_id)
    if request.method != "POST":
        return render(request, "social/posts/_ask_post.html" if in_place(request) else "social/posts/delete.html", {"post": post})
    services.delete_post(actor=viewer, post=post)
    messages.success(request, "Your post is gone.")
    return redirect("home")


@require_POST
@login_required
def like_post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """``liked`` says how it shall be."""
    viewer = signed_in(request)
    post = selectors.post_detail(viewer, post_id)
    act = services.like_post if request.POST.get("liked") == "1" else services.unlike_post
    act(actor=viewer, post=post)
    if not in_place(request):
        return back(request, post.get_absolute_url())
    post = selectors.post_detail(viewer, post_id)
    selectors.mark_liked(viewer, [post])
    return render(request, "social/posts/_like.html", {"post": post})


@require_POST
@login_required
def create_comment(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """In place, the form comes back empty with the comment beside it, or with what is wrong with it."""
    viewer = signed_in(request)
    post = selectors.post_detail(viewer, post_id)
    form = CommentForm(request.POST)
    if form.is_valid():
        reply_to = form.cleaned_data["reply_to"]
        try:
            parent = selectors.comment_detail(viewer, reply_to) if reply_to else None
            comment = services.create_comment(author=viewer, post=post, body=form.cleaned_data["body"], parent=parent)
        except Invalid as refusal:
            form.add_error("body", refusal.message)
        else:
            return show_new_comment(request, comment) if in_place(request) else redirect(comment)
    if in_place(request):
        context = {"post": post, "form": form, "reply_to": request.POST.get("reply_to", "")}
        return render(request, "social/posts/_comment_form.html", context, status=422)
    return show_post(request, post, form, status=422)


def show_new_comment(request: HttpRequest, comment: Comment) -> HttpResponse:
    post = selectors.post_detail(viewer_of(request), comment.post_id)
    context = {"post": post, "comment": comment, "form": CommentForm(), "first_id": comment.thread_id or comment.pk}
    return render(request, "social/posts/_commented.html", context)


@require_safe
@login_required
def reply_form(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Where to write an answer to a comment, below its thread; without scripts the thread's own page has it."""
    comment = selectors.comment_detail(viewer_of(request), comment_id)
    if not in_place(request):
        return redirect(f"/posts/{comment.post_id}/comments/{comment.thread_id or comment.pk}/?reply_to={comment.pk}#write")
    form = CommentForm(auto_id=f"reply-{comment.pk}-%s")
    return render(request, "social/posts/_comment_form.html", {"post": comment.post, "form": form, "reply_to": comment.pk, "answered": comment})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    viewer = signed_in(request)
    comment = selectors.own_comment(viewer, comment_id)
    form = CommentForm(request.POST or None, initial={"body": comment.body}, auto_id=f"edit-{comment.pk}-%s")
    context = {"form": form, "comment": comment, "post": comment.post, "first_id": comment.thread_id or comment.pk}
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_comment(actor=viewer, comment=comment, body=form.cleaned_data["body"])
        except Invalid as refusal:
            form.add_error("body", refusal.message)
        else:
            if not in_place(request):
                return redirect(comment)
            context["comment"] = comment = selectors.comment_detail(viewer, comment_id)
            selectors.mark_liked_comments(viewer, [comment])
            return render(request, "social/posts/_comment.html", context)
    if in_place(request) and "keep" in request.GET:
        selectors.mark_liked_comments(viewer, [comment])
        return render(request, "social/posts/_comment.html", context)
    template = "social/posts/_edit_comment.html" if in_place(request) else "social/posts/edit_comment.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """Asks first."""
    viewer = signed_in(request)
    comment = selectors.deletable_comment(viewer, comment_id)
    context = {"comment": comment, "post": comment.post}
    if request.method != "POST":
        return render(request, "social/posts/_ask_comment.html" if in_place(request) else "social/posts/delete_comment.html", context)
    services.delete_comment(actor=viewer, comment=comment)
    if in_place(request):
        context["post"] = selectors.post_detail(viewer, comment.post_id)
        return say(render(request, "social/posts/_comment_gone.html", context), "The comment is gone.")
    messages.success(request, "The comment is gone.")
    return redirect(comment.post)


@require_POST
@login_required
def like_comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    """``liked`` says how it shall be."""
    viewer = signed_in(request)
    comment = selectors.comment_detail(viewer, comment_id)
    act = services.like_comment if request.POST.get("liked") == "1" else services.unlike_comment
    act(actor=viewer, comment=comment)
    if not in_place(request):
        return redirect(comment)
    comment = selectors.comment_detail(viewer, comment_id)
    selectors.mark_liked_comments(viewer, [comment])
    return render(request, "social/posts/_comment_like.html", {"comment": comment})
