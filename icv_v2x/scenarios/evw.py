# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Emergency vehicle warning (EVW): special vehicles with lights or siren that come near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Advisory, Application
from icv_v2x.scenarios.approach import candidates
from icv_v2x.translate.csae import EMERGENCY_LIGHT_BAR, EMERGENCY_SIREN

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


def assess(
    events: Events, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each special vehicle with lights or siren on that approaches.

    Args:
        events: The ego's way and what is known of events.
        tracks: All vehicles at the instant.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    if not parameters.evw.enabled:
        return []
    rows = np.flatnonzero(tracks.emergency & (EMERGENCY_SIREN | EMERGENCY_LIGHT_BAR))
    if not len(rows):
        return []
    return candidates(
        Application.EVW, rows, 'Emergency vehicle', {}, events, tracks, ego, parameters)
