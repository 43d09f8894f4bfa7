# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative high-priority vehicle passing (CHPVP): requests of special vehicles to make way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Application
from icv_v2x.scenarios.approach import SpecialVehicles
from icv_v2x.translate.csae import EMERGENCY_ASKS_FOR_WAY

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.tracks import Tracks


def find(tracks: Tracks, parameters: Parameters) -> SpecialVehicles | None:
    """Return the vehicles that ask for way, None where CHPVP is switched off."""
    if not parameters.evw.requests_enabled:
        return None
    rows = np.flatnonzero(tracks.emergency & EMERGENCY_ASKS_FOR_WAY)
    lanes = {int(row): int(tracks.asked_lane[row]) for row in rows}
    return SpecialVehicles(Application.CHPVP, rows, 'Vehicle that asks for way', lanes)
