# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tells the own part in a platoon (CLPMM): at once when it changes, else at a steady rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS
from icv_v2x.transmit.platooning import Platoon, platooning_frame

if TYPE_CHECKING:
    from icv_v2x.message_set.records.clpmm import RoleInPlatooning, StatusInPlatooning
    from icv_v2x.platooning import PlatoonPlan
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.outgoing import OutgoingFrame

# Not even what changes is told more often [ns].
_SHORTEST = 50_000_000

_Told = tuple[bytes, 'RoleInPlatooning', 'StatusInPlatooning', 'Platoon | None']


class PlatoonSender:
    """Gives the next message whenever one is due.

    Attributes:
        sent: Messages given out.
    """

    def __init__(self, rate: float) -> None:
        """Start without having sent.

        Args:
            rate: Of messages while nothing changes [Hz].
        """
        self.sent = 0
        self.configure(rate)
        self.clear()

    def configure(self, rate: float) -> None:
        """Take another rate over [Hz]."""
        self._period = round(NANOSECONDS / rate)

    def clear(self) -> None:
        """Begin anew, as where time ran back."""
        self._last: _Told | None = None
        self._at: int | None = None

    def step(
        self, identity: TemporaryIdentity, now: int, plan: PlatoonPlan | None
    ) -> OutgoingFrame | None:
        """Give a message where one is due.

        Args:
            identity: Of the vehicle; the same as in its basic safety messages.
            now: [ns since the Unix epoch].
            plan: In force, None for none.

        Returns:
            The frame, or None.

        Raises:
            MessageError: A value has no encoding.
        """
        told = None if plan is None else plan.told
        if plan is None or told is None:
            self._last = None
            return None
        leading = None
        if plan.place == 0:
            leading = Platoon(
                # The id may have changed since the plan was made.
                (identity.temporary_id, *plan.members[1:]), plan.joining, plan.leaving,
                plan.capacity, plan.open_to_join)
        content = (plan.platoon_id, *told, leading)
        elapsed = self._period if self._at is None else now - self._at
        due = _SHORTEST if content != self._last else self._period
        if 0 <= elapsed < due:
            return None
        self._last, self._at = content, now
        self.sent += 1
        return platooning_frame(identity, now, plan.platoon_id, *told, leading=leading)
