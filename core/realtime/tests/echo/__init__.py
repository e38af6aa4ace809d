"""A slice that exists in the server processes of tests only: it says what it is told."""
