# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of road users: the project's own classes, and both numberings of BasicVehicleClass."""

from __future__ import annotations

from enum import Enum, IntEnum

import numpy as np
from numpy.typing import NDArray


class ObjectClass(IntEnum):
    """What an object is, from whatever message told so."""

    UNKNOWN = 0
    CAR = 1
    VAN = 2
    TRUCK = 3
    BUS = 4
    MOTORCYCLE = 5
    CYCLIST = 6
    PEDESTRIAN = 7
    EMERGENCY = 8
    SPECIAL = 9
    TRICYCLE = 10
    ANIMAL = 11
    OBSTACLE = 12
    TRAILER = 13


class ClassNumbering(str, Enum):
    """Which list the numbers 0..255 of BasicVehicleClass follow; the wire does not tell."""

    GBT45315 = 'gbt45315'
    """GB/T 45315-2025 annex D, in force since 2025-02-28."""
    J2735 = 'j2735'
    """The older list in the ASN.1 text of T/CSAE 53-2020, after SAE J2735."""


_GBT45315: dict[range, ObjectClass] = {
    range(9, 14): ObjectClass.CAR,
    range(20, 26): ObjectClass.TRUCK,
    range(30, 40): ObjectClass.TRUCK,
    range(40, 47): ObjectClass.SPECIAL,
    range(50, 55): ObjectClass.BUS,
    range(60, 65): ObjectClass.EMERGENCY,
    range(70, 79): ObjectClass.BUS,
}
_J2735: dict[range, ObjectClass] = {
    range(1, 2): ObjectClass.SPECIAL,
    range(10, 12): ObjectClass.CAR,
    range(20, 22): ObjectClass.VAN,
    range(25, 36): ObjectClass.TRUCK,
    range(40, 47): ObjectClass.MOTORCYCLE,
    range(47, 48): ObjectClass.TRICYCLE,
    range(48, 49): ObjectClass.MOTORCYCLE,
    range(50, 58): ObjectClass.BUS,
    range(58, 59): ObjectClass.EMERGENCY,
    range(60, 70): ObjectClass.EMERGENCY,
    range(82, 85): ObjectClass.PEDESTRIAN,
    range(85, 86): ObjectClass.CYCLIST,
    range(86, 87): ObjectClass.PEDESTRIAN,
    range(90, 93): ObjectClass.OBSTACLE,
    range(93, 94): ObjectClass.TRAILER,
}
_DANGEROUS_GOODS = range(30, 40)


def _table(ranges: dict[range, ObjectClass]) -> NDArray[np.uint8]:
    table = np.zeros(256, dtype=np.uint8)
    for numbers, kind in ranges.items():
        table[numbers.start:numbers.stop] = kind
    table.setflags(write=False)
    return table


_TABLES = {ClassNumbering.GBT45315: _table(_GBT45315), ClassNumbering.J2735: _table(_J2735)}


def object_class(
    vehicle_class: NDArray[np.uint8], *, numbering: ClassNumbering | str = ClassNumbering.GBT45315,
) -> NDArray[np.uint8]:
    """Map BasicVehicleClass to the project's classes.

    Args:
        vehicle_class: Numbers of the wire, (n,), 0..255.
        numbering: The list that the senders follow.

    Returns:
        `ObjectClass` values, (n,); numbers that the list reserves give UNKNOWN.

    Raises:
        ValueError: The numbering is not known.
    """
    mapped: NDArray[np.uint8] = _TABLES[ClassNumbering(numbering)][vehicle_class]
    return mapped


def carries_dangerous_goods(
    vehicle_class: NDArray[np.uint8], *, numbering: ClassNumbering | str = ClassNumbering.GBT45315,
) -> NDArray[np.bool_]:
    """Tell dangerous goods vehicles, which only GB/T 45315 numbers.

    Args:
        vehicle_class: Numbers of the wire, (n,), 0..255.
        numbering: The list that the senders follow.

    Returns:
        Mask, (n,).
    """
    if ClassNumbering(numbering) is not ClassNumbering.GBT45315:
        return np.zeros(np.shape(vehicle_class), dtype=np.bool_)
    numbers = np.asarray(vehicle_class)
    return np.asarray(
        (numbers >= _DANGEROUS_GOODS.start) & (numbers < _DANGEROUS_GOODS.stop), dtype=np.bool_)


def wire_class(
    kind: ObjectClass, *, numbering: ClassNumbering | str = ClassNumbering.GBT45315,
) -> int:
    """Give the number that a sender writes for a kind of vehicle.

    Args:
        kind: What the vehicle is.
        numbering: The list to follow.

    Returns:
        The lowest number of the list with that meaning, 0 (unknown) where it has none.
    """
    found = np.flatnonzero(_TABLES[ClassNumbering(numbering)] == kind)
    return int(found[0]) if found.size and kind is not ObjectClass.UNKNOWN else 0
