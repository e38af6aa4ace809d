"""Text messages: written down with the change they tell of, sent by a worker after the commit, tried again when that fails."""
