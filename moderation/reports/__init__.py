"""What people report, and the queue moderators work."""
