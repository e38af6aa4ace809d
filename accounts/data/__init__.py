"""A person's own data: the archive they can take along, and the end of their account."""
