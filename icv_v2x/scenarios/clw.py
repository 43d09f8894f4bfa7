# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Control loss warning (CLW): vehicles ahead that slip, skid or brake at the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Advisory, Application
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.scenarios.hazards import hazards

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_WHAT = {
    VehicleEvent.ABS_ACTIVATED: 'anti-lock brakes',
    VehicleEvent.TRACTION_CONTROL_LOSS: 'traction control',
    VehicleEvent.STABILITY_CONTROL_ACTIVATED: 'stability control',
}
_CONTROL_LOSS = (
    VehicleEvent.ABS_ACTIVATED | VehicleEvent.TRACTION_CONTROL_LOSS
    | VehicleEvent.STABILITY_CONTROL_ACTIVATED
)


def assess(
    events: Events, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each vehicle on the route that loses control, oncoming included.

    Args:
        events: The ego's way and what is known of events.
        tracks: All vehicles at the instant.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    if not parameters.clw.enabled:
        return []
    lost = (tracks.events & int(_CONTROL_LOSS)) != 0
    if not lost.any():
        return []

    def what(row: int) -> str:
        acting = [name for bit, name in _WHAT.items() if int(tracks.events[row]) & bit]
        return f'Vehicle losing control ({", ".join(acting)})'

    everywhere = np.ones(len(tracks), dtype=np.bool_)
    return hazards(Application.CLW, lost, everywhere, what, events, tracks, ego, parameters)
