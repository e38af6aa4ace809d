"""Settings: ``base`` holds what is true everywhere; ``dev``, ``test`` and ``prod`` say only what differs."""
