from typing import ClassVar

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from accounts.users.models import User
from chat.conversations.models import Conversation, Membership
from chat.messages.querysets import MessageQuerySet
from core.models import BaseModel

MAX_BODY_LENGTH = 10_000
MAX_TEMP_ID_LENGTH = 64


class Message(BaseModel):
    """Message number ``seq`` of its conversation. Numbers have no gaps: one deleted for everyone keeps its row and number and loses its words.

    ``change`` is the number, in the conversation, of its latest edit or deletion; None while it stands as it was sent.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.PositiveBigIntegerField()
    sender = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="messages", db_index=False, help_text="Nobody once the account is gone."
    )
    temp_id = models.CharField(max_length=MAX_TEMP_ID_LENGTH, help_text="The sender's own name for it: sending it again gives the same message.")
    body = models.TextField(blank=True)
    reply_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies", db_index=False)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    change = models.PositiveBigIntegerField(null=True, blank=True)

    objects: ClassVar[MessageQuerySet] = MessageQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["conversation", "change"], name="message_change_once", condition=models.Q(change__isnull=False)),
            models.UniqueConstraint(fields=["sender", "conversation", "temp_id"], name="message_temp_id_once"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="message_seq_from_one"),
            models.CheckConstraint(condition=LessThanOrEqual(Length("body"), MAX_BODY_LENGTH), name="message_body_length"),
            models.CheckConstraint(condition=models.Q(deleted_at=None) ^ models.Q(body=""), name="message_deleted_has_no_words"),
        ]
        indexes = [models.Index(fields=["reply_to"], name="message_reply_to", condition=models.Q(reply_to__isnull=False))]

    def __str__(self) -> str:
        return f"message {self.seq} of {self.conversation_id}"


class HiddenMessage(models.Model):
    """``person`` deleted ``message`` for themselves.

    It is number ``number`` of what they deleted so in that conversation, as ``membership`` counts: what their other devices ask by. What was deleted
    before there was a count has neither.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="hidden_from")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="hidden_messages", db_index=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="hidings", db_index=False)
    number = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "message"], name="hidden_message_once"),
            models.UniqueConstraint(fields=["membership", "number"], name="hiding_number_once", condition=models.Q(number__isnull=False)),
            models.CheckConstraint(
                condition=models.Q(membership=None, number=None) | models.Q(membership__isnull=False, number__isnull=False, number__gte=1),
                name="hiding_is_numbered_or_old",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} hidden from {self.person_id}"
