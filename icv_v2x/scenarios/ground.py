# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How high each subject may stand: trust, age and second sources, apart from any geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Ceiling, Level
from icv_v2x.inputs import Verification

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.tracks import Tracks

# Consecutive consistent messages that IMMINENT needs.
_MESSAGES = 2


def ceilings(tracks: Tracks, parameters: Parameters) -> dict[str, Ceiling]:
    """Return the highest level that each tracked object may cause now, and what bounds it.

    Args:
        tracks: Objects.
        parameters: Parameters of the package.

    Returns:
        Object name to ceiling, one for each track.
    """
    tracking, trust = parameters.tracking, parameters.trust
    trusted = tracks.verification == Verification.VERIFIED
    if trust.minimum_verification == 'not_checked':
        trusted = trusted | (tracks.verification == Verification.NOT_CHECKED)
    level = np.full(len(tracks), Level.IMMINENT, dtype=np.int64)
    why = np.full(len(tracks), '', dtype=object)
    bounds = [
        (tracks.updates < _MESSAGES, Level.WARNING, 'heard only once'),
        (
            tracks.age > tracking.coast_full, Level.WARNING,
            f'last heard more than {tracking.coast_full:g} s ago',
        ),
        (~trusted, Level.CAUTION, 'sender not verified'),
    ]
    if trust.second_source:
        bounds.insert(0, (~tracks.corroborated, Level.WARNING, 'no second source'))
    for bound, ceiling, reason in bounds:
        level[bound] = np.minimum(level[bound], ceiling)
        why[bound] = reason
    return {
        tracks.name(row): Ceiling(Level(int(level[row])), str(why[row]))
        for row in range(len(tracks))
    }
