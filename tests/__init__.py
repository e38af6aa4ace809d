"""Tests that are about the whole house, not about one slice."""
