# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Emergency vehicle warning (EVW): special vehicles with lights or siren that come near."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Application
from icv_v2x.scenarios.approach import SpecialVehicles
from icv_v2x.translate.csae import EMERGENCY_LIGHT_BAR, EMERGENCY_SIREN

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.tracks import Tracks


def find(tracks: Tracks, parameters: Parameters) -> SpecialVehicles | None:
    """Return the vehicles with lights or siren on, None where EVW is switched off."""
    if not parameters.evw.enabled:
        return None
    rows = np.flatnonzero(tracks.emergency & (EMERGENCY_SIREN | EMERGENCY_LIGHT_BAR))
    return SpecialVehicles(Application.EVW, rows, 'Emergency vehicle', {})
