"""The one consumer at /ws/."""

from channels.generic.websocket import AsyncWebsocketConsumer


class Gateway(AsyncWebsocketConsumer):
    """Placeholder until the next commit."""
