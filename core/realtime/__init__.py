"""The socket at /ws/: gateway, hub, and the registry of what may be said over it."""
