# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Car parks for tests: drawn in the map, sent through the codec as a road-side unit would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from strategies.road_maps import NOW, map_frame, parameters

from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.message_set import decode, encode, message_of
from icv_v2x.message_set.records.convert import frame_from_record
from icv_v2x.scenes.car_park import CarPark
from icv_v2x.translate.csae_pam import ParkingMemory, areas_from_pam

if TYPE_CHECKING:
    from icv_v2x.message_set.records.pam import ParkingAreaMap
    from icv_v2x.translate.parking_areas import ParkingArea

_FRAME = map_frame()


def locate(x: float, y: float, z: float) -> tuple[float, float, float]:
    latitude, longitude, height = _FRAME.to_geodetic(np.array([x]), np.array([y]), np.array([z]))
    return float(latitude[0]), float(longitude[0]), float(height[0])


def message(park: CarPark | None = None, time: float = 0.0) -> ParkingAreaMap:
    """Returns what a car park sends."""
    return (park or CarPark()).message(locate, time)


def areas_or_reasons(
    record: ParkingAreaMap, *, role: SignerRole = SignerRole.ROADSIDE,
    memory: ParkingMemory | None = None,
) -> tuple[list[ParkingArea], list[str]]:
    """Returns what the adapter makes of a message, and why it refuses it."""
    octets = encode(frame_from_record(record))
    _, value = message_of(decode(octets))
    batch = batch_of([Frame(NOW, NOW, octets, Verification.VERIFIED, 7, role)], NOW)
    areas, refusals = areas_from_pam([(0, value)], batch, _FRAME, parameters(), memory)
    return areas, [refusal.reason.value for refusal in refusals]


def area_of(park: CarPark | None = None, time: float = 0.0) -> ParkingArea:
    """Returns the area that the adapter makes of a car park."""
    areas, reasons = areas_or_reasons(message(park, time))
    assert reasons == []
    return areas[0]
