"""What the refusals of this slice mean."""

CODES = {
    "empty_post": "A post needs words or a picture.",
    "post_too_long": "A post has 5,000 characters at most.",
    "too_many_images": "A post has 10 pictures at most.",
    "empty_comment": "A comment needs words.",
    "comment_too_long": "A comment has 2,000 characters at most.",
    "parent_gone": "The comment answered is not there any more.",
}
