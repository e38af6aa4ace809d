"""Posts, their comments and likes."""
