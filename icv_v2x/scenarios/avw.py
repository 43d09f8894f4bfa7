# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Abnormal vehicle warning (AVW): vehicles ahead that stand or creep and say so, or broke down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import Application
from icv_v2x.message_set.enumerations import ExteriorLight, VehicleEvent
from icv_v2x.scenarios.hazards import Hazard
from icv_v2x.scenarios.motions import STANDING
from icv_v2x.scenarios.own_path import opposite_direction

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.world.tracks import Tracks

_BROKEN = (
    VehicleEvent.DISABLED_VEHICLE | VehicleEvent.AIR_BAG_DEPLOYMENT | VehicleEvent.FLAT_TIRE
)


def find(events: Events, tracks: Tracks, parameters: Parameters) -> Hazard | None:
    """Return the abnormal vehicles, None where there are none or AVW is switched off."""
    gates.about('AVW', tracks)
    if not gates.holds(gates.SELECTED, 'avw.enabled', parameters.avw.enabled):
        return None
    broken = (tracks.events & int(_BROKEN)) != 0
    flashing = (tracks.events & int(VehicleEvent.HAZARD_LIGHTS)) != 0
    flashing |= (tracks.lights & int(ExteriorLight.HAZARD_SIGNAL)) != 0
    abnormal = broken | (flashing & (np.abs(tracks.speed) <= parameters.avw.slow_speed))
    gates.holds(gates.SELECTED, 'broken down, or slow with hazard lights', abnormal)
    if not abnormal.any():
        return None

    def what(row: int) -> str:
        if broken[row]:
            return 'Broken-down vehicle'
        standing = abs(tracks.speed[row]) < STANDING
        return f'{"Standing" if standing else "Slow"} vehicle with hazard lights'

    return Hazard(
        Application.AVW, abnormal, ~opposite_direction(events.places, parameters), what)
