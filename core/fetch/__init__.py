"""The one way to fetch somebody else's URL."""
