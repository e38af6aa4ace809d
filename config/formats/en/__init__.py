"""English: Django's own, but for what is here."""
