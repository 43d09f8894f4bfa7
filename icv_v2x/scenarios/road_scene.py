# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One instant as the road services see it: ego, road users, and what the road side tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import FREE, LOST, Ceiling, Level
from icv_v2x.inputs import Verification
from icv_v2x.translate.road_events import event_of_name

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


@dataclass(frozen=True)
class RoadScene:
    """What the road services decide on.

    Attributes:
        ego: The ego now.
        tracks: All objects at the same instant.
        events: Road events, signs and statements about lanes that are in force or announced.
    """

    ego: EgoState
    tracks: Tracks
    events: RoadEvents

    @property
    def stamp(self) -> int:
        """The instant [ns since the Unix epoch]."""
        return self.tracks.stamp

    def ceiling(self, name: str, parameters: Parameters) -> Ceiling | None:
        """Return the highest level that what the road side tells may cause, and what bounds it.

        Args:
            name: As `RoadEvents.name` gives it.
            parameters: What a sender must show.

        Returns:
            The ceiling; LOST for what is told no more, None for names of other things.
        """
        key = event_of_name(name)
        if key is None:
            return None
        sender, kind, number = key
        rows = np.flatnonzero(
            (self.events.sender_id == np.uint64(sender)) & (self.events.kind == kind)
            & (self.events.event_id == number))
        if not len(rows):
            return LOST
        verdict = int(self.events.verification[rows[0]])
        trusted = verdict == Verification.VERIFIED or (
            parameters.trust.minimum_verification == 'not_checked'
            and verdict == Verification.NOT_CHECKED)
        return FREE if trusted else Ceiling(Level.CAUTION, 'sender not verified')
