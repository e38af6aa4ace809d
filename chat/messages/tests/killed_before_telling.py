"""Run by a test as a process of its own: sends a message, and is killed between the commit and the first word to anybody."""

import os
import signal
import sys
from uuid import UUID

import django

django.setup()

from chat.messages import services  # noqa: E402  models need the apps
from chat.messages.drafts import Draft, Sent  # noqa: E402

sender, conversation = map(UUID, sys.argv[1:])
(result,) = services.send_messages(drafts=[Draft(sender, conversation, "famous last words", "t1")]).results
if isinstance(result, Sent):
    os.kill(os.getpid(), signal.SIGKILL)
