"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "comment_too_long": "The comment is too long.",
    "empty_comment": "A comment needs words.",
    "empty_post": "A post needs words or pictures.",
    "parent_gone": "The comment answered to is no longer there.",
    "post_too_long": "The post is too long.",
    "too_many_images": "A post takes ten pictures.",
}
