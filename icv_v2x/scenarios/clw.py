# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Control loss warning (CLW): vehicles ahead that slip, skid or brake at the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import Application
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.scenarios.hazards import Hazard

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
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


def find(tracks: Tracks, parameters: Parameters) -> Hazard | None:
    """Return the vehicles that lose control, oncoming ones included, None where CLW is off."""
    lost = (tracks.events & int(_CONTROL_LOSS)) != 0
    gates.about('CLW', tracks)
    enabled = gates.holds(gates.SELECTED, 'clw.enabled', parameters.clw.enabled)
    gates.holds(gates.SELECTED, 'tells of lost control', lost)
    if not (enabled and lost.any()):
        return None

    def what(row: int) -> str:
        acting = [name for bit, name in _WHAT.items() if int(tracks.events[row]) & bit]
        return f'Vehicle losing control ({", ".join(acting)})'

    return Hazard(Application.CLW, lost, np.ones(len(tracks), dtype=np.bool_), what)
