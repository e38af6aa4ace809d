"""What allauth asks on the way in, where ours differs."""

from typing import Any

from allauth.account import stages


class EmailVerificationStage(stages.EmailVerificationStage):
    """Nobody is asked to confirm an address who has a number: it is only theirs because they answered from it."""

    def handle(self) -> Any:
        if self.login.user is not None and self.login.user.phone:
            return None, True
        return super().handle()
