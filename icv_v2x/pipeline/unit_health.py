# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the on-board unit's own health means for what may be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.clock import NANOSECONDS
from icv_v2x.inputs import Health

if TYPE_CHECKING:
    from icv_v2x.inputs import ObuStatus

# The unit speaks once a second: two lost messages say nothing yet.
_SILENT = 3.0


class UnitHealth:
    """Remembers the latest word of the unit; one that never spoke is not held against."""

    def __init__(self) -> None:
        """Start without a word."""
        self._latest: ObuStatus | None = None

    def update(self, status: ObuStatus) -> str | None:
        """Take a word of the unit; return why it is refused, None where it is taken."""
        if self._latest is not None and status.stamp < self._latest.stamp:
            return 'late'
        self._latest = status
        return None

    def clear(self) -> None:
        """Forget it, as an epoch of time has ended."""
        self._latest = None

    def conditions(self, now: int) -> list[Condition]:
        """Return what bounds what may be said at an instant [ns since the Unix epoch]."""
        latest = self._latest
        if latest is None:
            return []
        if now - latest.stamp > _SILENT * NANOSECONDS:
            return [Condition(
                Mode.DEGRADED,
                f'the on-board unit has not told of its health for more than {_SILENT:g} s',
                Level.IMMINENT)]
        found = []
        if latest.security_module == Health.BAD:
            # Who cannot keep its keys cannot vouch for signatures either.
            found.append(Condition(
                Mode.DEGRADED, 'the on-board unit says that its security module is faulty',
                Level.WARNING))
        if latest.time_synchronised == Health.BAD:
            found.append(Condition(
                Mode.DEGRADED, 'the on-board unit says that its clock is not synchronised',
                Level.WARNING))
        if latest.certificates == 0:
            # The own messages are missing, what others send is as good as before.
            found.append(Condition(
                Mode.DEGRADED, 'the on-board unit has no valid certificate left', Level.IMMINENT))
        return found
