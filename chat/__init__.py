"""Conversations, messages, presence."""
