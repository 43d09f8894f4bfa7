# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the warnings of events share: the ego's way, who is where on it, who claims what."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from icv_v2x.scenarios.own_path import OwnPath, Places, Trail

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


class Events:
    """One instant as the warnings of events see it; places are computed only where asked for.

    Attributes:
        conflicts: Vehicles that the ego's present motion meets.
        brakes_hard: (n,) who claims to brake hard.
        confirmed: (n,) whose speed agrees with that claim in two messages.
    """

    def __init__(
        self,
        ego: EgoState,
        tracks: Tracks,
        trail: Trail,
        conflicts: Conflicts,
        claims: tuple[NDArray[np.bool_], NDArray[np.bool_]],
        parameters: Parameters,
    ) -> None:
        """Keep what the applications may ask for."""
        self.conflicts = conflicts
        self.brakes_hard, self.confirmed = claims
        self._of = (ego, tracks, trail, parameters)

    @cached_property
    def path(self) -> OwnPath:
        """The ego's way behind and ahead."""
        ego, _, trail, parameters = self._of
        return OwnPath(ego, trail, parameters)

    @cached_property
    def places(self) -> Places:
        """Where all vehicles are relative to it."""
        return self.path.places(self._of[1])
