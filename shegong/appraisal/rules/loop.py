"""The loop of a station: built, staffed, serving, appraised, corrected, and what blocks its next step. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shegong.appraisal.enums import LoopStage

STAGES: Final = tuple(LoopStage)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a station today."""

    hub_id: int
    tier: str
    is_running: bool
    needed: int
    present: int
    served: bool
    valid_until: date | None
    check_state: str
    findings: int
    overdue: int

    @property
    def reached(self) -> tuple[bool, ...]:
        """Whether each stage is reached today, whatever the stages before it."""
        return (
            self.is_running,
            self.is_running and self.present >= self.needed,
            self.served,
            self.valid_until is not None,
            not self.findings,
        )

    @property
    def blocked(self) -> LoopStage | None:
        """The first stage that isn't reached; None where the loop is closed."""
        reached = self.reached
        return None if all(reached) else STAGES[reached.index(False)]
