# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How high each subject may stand: trust, age and second sources, apart from any geometry."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import FREE, LOST, Ceiling, Level
from icv_v2x.inputs import Verification
from icv_v2x.trust.levels import TrustLevel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.world.tracks import Tracks

GROUND = 'ground'
"""In place of an application: of what bounds the level of a subject whatever is predicted."""

# Consecutive consistent messages that IMMINENT needs.
_MESSAGES = 2
_ONE_SOURCE = Ceiling(Level.WARNING, 'no second source')
_ONCE = Ceiling(Level.WARNING, 'heard only once')
_UNVERIFIED = Ceiling(Level.CAUTION, 'sender not verified')
_SUSPECT = Ceiling(Level.WARNING, 'sender suspect')
_DISTRUSTED = Ceiling(Level.CAUTION, 'sender distrusted')


class Ground:
    """How high each object may stand now; looked up by name, as few objects are ever asked for."""

    def __init__(self, tracks: Tracks, parameters: Parameters) -> None:
        """Judge all objects at the instant of the tracks, once one is asked for."""
        self._tracks = tracks
        self._parameters = parameters

    @cached_property
    def _bounds(self) -> list[tuple[NDArray[np.bool_], Ceiling]]:
        """What bounds which objects; the later of two at the same level is the one named."""
        tracks = self._tracks
        tracking, trust = self._parameters.tracking, self._parameters.trust
        trusted = tracks.verification == int(Verification.VERIFIED)
        if trust.minimum_verification == 'not_checked':
            trusted = trusted | (tracks.verification == int(Verification.NOT_CHECKED))
        return [
            (~tracks.corroborated & trust.second_source, _ONE_SOURCE),
            (tracks.updates < _MESSAGES, _ONCE),
            (
                tracks.age > tracking.coast_full,
                Ceiling(Level.WARNING, f'last heard more than {tracking.coast_full:g} s ago'),
            ),
            (tracks.trust == int(TrustLevel.SUSPECT), _SUSPECT),
            (~trusted, _UNVERIFIED),
            (tracks.trust == int(TrustLevel.DISTRUSTED), _DISTRUSTED),
        ]

    def ceiling(self, name: str) -> Ceiling:
        """Return the highest level that an object may cause, and what bounds it.

        Args:
            name: As `Tracks.name` gives it.

        Returns:
            The ceiling; NONE for an object that is not tracked any more.
        """
        sender, _, number = name.partition(':')
        here = (self._tracks.sender_id == np.uint64(int(sender, 16))) & (
            self._tracks.object_id == (int(number) if number else -1)
        )
        rows = np.flatnonzero(here)
        if not len(rows):
            return LOST
        found = FREE
        gates.about(GROUND, [name])
        for bound, ceiling in self._bounds:
            gates.holds(ceiling.level, ceiling.why, bool(bound[rows[0]]))
            if bound[rows[0]] and ceiling.level <= found.level:
                found = ceiling
        return found
