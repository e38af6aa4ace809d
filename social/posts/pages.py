"""Posts in a browser. Every action is a form that works without scripts; with htmx, likes answer in place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.users.models import User
from core.errors import DomainError, Invalid
from media_app.uploads import services as uploads
from media_app.uploads.models import Kind, State
from social.posts import selectors, services
from social.posts.forms import CommentForm, PostEditForm, PostForm
from social.posts.models import Audience, Post
from social.posts.services import Picture


def viewer_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Where the form was, if it says so and that is one of our pages."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else otherwise)


def signed_in(request: HttpRequest) -> User:
    """The person behind a page that asks for signing in."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required has seen to it
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def compose(request: HttpRequest) -> HttpResponse:
    """Publish a post; pictures come with the form and are made ready before it is answered."""
    form = PostForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        viewer = signed_in(request)
        try:
            pictures = [take_picture(viewer, file, form.cleaned_data["alt"]) for file in form.cleaned_data["images"]]
            post = services.create_post(
                author=viewer, body=form.cleaned_data["body"], audience=Audience(form.cleaned_data["audience"]), images=pictures
            )
        except DomainError as refusal:
            form.add_error("body", refusal.message)
        else:
            messages.success(request, "Your post is out.")
            return back(request, post.get_absolute_url())
    return render(request, "social/posts/compose.html", {"form": form}, status=422 if form.errors else 200)


def take_picture(owner: User, file: Any, alt: str) -> Picture:
    """A picture from a form, ready to be shown. Raises Invalid where it is no picture we can show."""
    upload = uploads.create_upload_from_file(
        owner=owner, file=file, kind=Kind.IMAGE, filename=file.name, content_type=file.content_type or "", size=file.size
    )
    uploads.process_upload(upload_id=upload.pk)
    upload.refresh_from_db(fields=["state"])
    if upload.state != State.READY:
        raise Invalid(f"{file.name} is not a picture we can show.", code="invalid_images")
    return Picture(upload.pk, alt)


@require_safe
def post_page(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """One post and its comments."""
    return show_post(request, selectors.post_detail(viewer_of(request), post_id), CommentForm())


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
    first = selectors.thread_detail(viewer, comment_id)
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
        return render(request, "social/posts/delete.html", {"post": post})
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
    if request.headers.get("HX-Request") != "true":
        return back(request, post.get_absolute_url())
    post = selectors.post_detail(viewer, post_id)
    selectors.mark_liked(viewer, [post])
    return render(request, "social/posts/_like.html", {"post": post})


@require_POST
@login_required
def create_comment(request: HttpRequest, post_id: UUID) -> HttpResponse:
    viewer = signed_in(request)
    post = selectors.post_detail(viewer, post_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return show_post(request, post, form, status=422)
    reply_to = form.cleaned_data["reply_to"]
    try:
        parent = selectors.comment_detail(viewer, reply_to) if reply_to else None
        comment = services.create_comment(author=viewer, post=post, body=form.cleaned_data["body"], parent=parent)
    except Invalid as refusal:
        form.add_error("body", refusal.message)
        return show_post(request, post, form, status=422)
    return redirect(comment)


@require_POST
@login_required
def delete_comment(request: HttpRequest, comment_id: UUID) -> HttpResponse:
    viewer = signed_in(request)
    comment = selectors.comment_detail(viewer, comment_id)
    services.delete_comment(actor=viewer, comment=comment)
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
    return redirect(comment)
