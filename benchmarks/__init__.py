"""How fast Hubbub is, beside what people would build instead. ``README.md`` has the method."""
