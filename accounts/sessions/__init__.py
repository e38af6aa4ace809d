"""Signing up, in and out; tokens; sessions."""
