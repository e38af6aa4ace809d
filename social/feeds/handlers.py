"""What the public feed shows has changed: its kept page is forgotten at once. Counts may lag by the page's short life."""

from accounts.users.events import ProfileUpdated, UserClosed, UserLeaving, UserReopened, UserRestored, UserReturned, UserSuspended
from core.events.registry import Event, on
from social.feeds import cache
from social.posts.events import PostCreated, PostDeleted, PostEdited, PostHidden, PostUnhidden


@on(PostCreated, PostEdited, PostDeleted, PostHidden, PostUnhidden)
@on(UserSuspended, UserRestored, UserClosed, UserReopened, UserLeaving, UserReturned, ProfileUpdated)
def forget_public_page(event: Event) -> None:
    cache.forget_public_page()
