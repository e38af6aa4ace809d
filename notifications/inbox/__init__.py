"""What a person was told, and what is unread."""
