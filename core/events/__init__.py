"""The outbox: what happened, written with the change itself and handed to handlers after commit."""
