# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which slots a vehicle may take, and which of them it should."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.records.pam import ParkingLock, ParkingType, SlotStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.parking.network import Floats
    from icv_v2x.translate.parking_areas import ParkingSlots

# Sides of slots whose corners are not given: usual slots of cars and of small cars [m].
_USUAL, _MINI = (5.3, 2.4), (4.2, 2.2)


class Obstacle(IntEnum):
    """Why a slot is not taken, the first reason counts."""

    NONE = 0
    NOT_FREE = 1
    NOT_PERMITTED = 2
    TOO_SMALL = 3
    OUT_OF_REACH = 4


@dataclass(frozen=True)
class Wish:
    """What a vehicle needs of a slot.

    Attributes:
        length: Of the vehicle with its margin [m].
        width: Likewise.
        excluded: Bits of `ParkingType` that it may not take.
        charging: Whether it is to charge: 'no', 'prefer' or 'require'.
        charging_worth: So much way a slot for charging is worth where preferred [m].
        walk_weight: So much driving a metre on foot is worth.
    """

    length: float
    width: float
    excluded: int
    charging: str
    charging_worth: float
    walk_weight: float


def wish_of(parameters: Parameters, length: float, width: float) -> Wish:
    """Return what a vehicle of a size [m] needs under the parameters."""
    limits = parameters.parking
    excluded = ParkingType(0)
    for permitted, kind in (
        (limits.disabled_permit, ParkingType.DISABLED),
        (limits.lady_permit, ParkingType.LADY),
        (limits.private_permit, ParkingType.PRIVATE),
        (limits.charging != 'no', ParkingType.CHARGING),
        # Nobody but the attendant moves a car that stands in a stack or before another one.
        (False, ParkingType.STEREO | ParkingType.ATTACHED),
    ):
        if not permitted:
            excluded |= kind
    return Wish(
        length + limits.length_margin, width + limits.side_margin, int(excluded),
        limits.charging, limits.charging_worth, limits.walk_weight)


def hindrances(
    slots: ParkingSlots, wish: Wish, distance: Floats, own: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Return why each slot is not taken.

    Args:
        slots: The slots (S).
        wish: What the vehicle needs.
        distance: (S,) to drive to each [m], infinite where it cannot be reached.
        own: (S,) slots that the area gave to this vehicle, or that it stands in: whether they are
            free and whom they are for is settled.

    Returns:
        (S,) values of `Obstacle`.
    """
    free = (slots.status == SlotStatus.AVAILABLE) & (slots.lock != ParkingLock.LOCKED)
    permitted = (slots.kind & wish.excluded) == 0
    if wish.charging == 'require':
        permitted &= (slots.kind & int(ParkingType.CHARGING)) != 0
    mini = (slots.kind & int(ParkingType.MINI)) != 0
    length = np.where(
        np.isnan(slots.length), np.where(mini, _MINI[0], _USUAL[0]), slots.length)
    width = np.where(np.isnan(slots.width), np.where(mini, _MINI[1], _USUAL[1]), slots.width)
    small = (length < wish.length) | (width < wish.width)
    return np.select(
        [~(free | own), ~(permitted | own), small, ~np.isfinite(distance)],
        [Obstacle.NOT_FREE, Obstacle.NOT_PERMITTED, Obstacle.TOO_SMALL, Obstacle.OUT_OF_REACH],
        Obstacle.NONE).astype(np.uint8)


def choose(
    slots: ParkingSlots, wish: Wish, distance: Floats, walk: Floats,
    obstacle: NDArray[np.uint8],
) -> int:
    """Return the row of the best slot, -1 where none can be taken.

    Args:
        slots: The slots (S).
        wish: What the vehicle needs.
        distance: (S,) to drive [m].
        walk: (S,) on foot from there to the nearest exit [m], infinite where there is no way.
        obstacle: (S,) values of `Obstacle`.
    """
    usable = np.flatnonzero(obstacle == Obstacle.NONE)
    if not len(usable):
        return -1
    return int(usable[np.argmin(cost(slots, wish, distance, walk)[usable])])


def cost(slots: ParkingSlots, wish: Wish, distance: Floats, walk: Floats) -> Floats:
    """Return what each slot costs (S,) [m of driving]; arguments as for `choose`."""
    charging = (slots.kind & int(ParkingType.CHARGING)) != 0
    worth = wish.charging_worth if wish.charging == 'prefer' else 0.0
    on_foot = np.where(np.isfinite(walk), walk, 0.0)
    return np.asarray(distance + wish.walk_weight * on_foot - worth * charging)
