# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which objects are vulnerable road users, who have an application of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.world.tracks import Tracks

# Scooters and electric bicycles come as cyclists; motorcycles are vehicles that FCW and ICW see.
_VULNERABLE = np.zeros(256, dtype=np.bool_)
_VULNERABLE[[ObjectClass.PEDESTRIAN, ObjectClass.CYCLIST]] = True


def vulnerable(tracks: Tracks) -> NDArray[np.bool_]:
    """Return which tracks are people on foot, on bicycles and on scooters, (n,)."""
    return _VULNERABLE[tracks.object_class]
