"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from chat.messages import api as endpoints
from chat.messages import pages as views

api: list[URLPattern] = [
    path("conversations", endpoints.Conversations.as_view(), name="conversations"),
    path("conversations/direct", endpoints.DirectConversations.as_view(), name="conversations-direct"),
    path("conversations/<uuid:conversation_id>", endpoints.OneConversation.as_view(), name="conversation"),
    path("conversations/<uuid:conversation_id>/read", endpoints.ConversationRead.as_view(), name="conversation-read"),
    path("conversations/<uuid:conversation_id>/messages", endpoints.ConversationMessages.as_view(), name="conversation-messages"),
    path("messages/unread", endpoints.UnreadMessages.as_view(), name="messages-unread"),
    path("messages/<uuid:message_id>", endpoints.OneMessage.as_view(), name="message"),
]
pages: list[URLPattern] = [
    path("chats/", views.chats, name="chats"),
    path("chats/new/", views.new_chat, name="new_chat"),
    path("chats/<uuid:conversation_id>/", views.chat, name="chat"),
    path("chats/<uuid:conversation_id>/read/", views.mark_read, name="mark_chat_read"),
    path("chats/<uuid:conversation_id>/clear/", views.clear, name="clear_chat"),
]
