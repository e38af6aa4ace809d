"""Background work of the inbox: what follows messages, in batches, away from the path that sends them."""

from uuid import UUID

from celery import shared_task

from notifications.inbox import services

READING_SECONDS = 3  # whoever has the conversation open says within this time that they read the message


@shared_task
def tell_of_messages(message_ids: list[str]) -> None:
    services.tell_of_messages(message_ids=[UUID(message_id) for message_id in message_ids])


@shared_task
def messages_read(receipts: list[tuple[str, str]]) -> None:
    services.messages_read(receipts=[(UUID(conversation_id), UUID(person_id)) for conversation_id, person_id in receipts])
