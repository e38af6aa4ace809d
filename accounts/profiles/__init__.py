"""A person's page, its editor and its pictures."""
