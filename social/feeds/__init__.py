"""Lists of posts: home, public, a person's."""
