# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parking areas in the map frame: nodes, drives with their turns, slots, and who may use which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NOT_GIVEN = -1
"""Number of what has none."""


class Assignment(NamedTuple):
    """A way into the area, or a slot, that the area gave to one vehicle.

    Attributes:
        vehicle: Temporary id of the vehicle, as in its BSM.
        slot: Number of the slot, `NOT_GIVEN`: none.
        path: Numbers of the nodes to drive along.
    """

    vehicle: int
    slot: int
    path: tuple[int, ...]


@dataclass(frozen=True)
class ParkingNodes:
    """Nodes of an area (N).

    Attributes:
        number: (N,) of the node.
        x: (N,) [m] in `map`.
        y: (N,) [m].
        z: (N,) [m], NaN where unknown.
        floor: (N,) number of the floor, NaN where unknown.
        attributes: (N,) bits of `ParkingNodeAttribute`.
    """

    number: Integers
    x: Floats
    y: Floats
    z: Floats
    floor: Floats
    attributes: Integers

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.number)


@dataclass(frozen=True)
class ParkingDrives:
    """Drives of an area (D), each open in the direction of its line alone.

    Attributes:
        upstream: (D,) index of the node that it comes from.
        node: (D,) index of the node that it leads to.
        number: (D,) of the drive, `NOT_GIVEN`: none.
        height: (D,) greatest height of a vehicle [m], NaN: not limited.
        width: (D,) [m], NaN where unknown.
        speed_limit: (D,) [m/s], NaN where unknown.
        begin: (D + 1,) first point of each line in `x`, `y`, `z`.
        x: (P,) [m] in `map`.
        y: (P,) [m].
        z: (P,) [m], NaN where unknown.
        station: (P,) [m] along the line of its drive.
        length: (D,) [m].
        turn_from: (T,) drive that a turn begins on; what is not here is not allowed.
        turn_to: (T,) drive that it leads to.
    """

    upstream: Integers
    node: Integers
    number: Integers
    height: Floats
    width: Floats
    speed_limit: Floats
    begin: Integers
    x: Floats
    y: Floats
    z: Floats
    station: Floats
    length: Floats
    turn_from: Integers
    turn_to: Integers

    def __len__(self) -> int:
        """Return the number of drives."""
        return len(self.upstream)

    def points(self, drive: int) -> slice:
        """Return where the points of a drive are."""
        return slice(int(self.begin[drive]), int(self.begin[drive + 1]))


@dataclass(frozen=True)
class ParkingSlots:
    """Slots of an area (S); one that can be entered from two drives has two rows.

    Attributes:
        number: (S,) of the slot.
        drive: (S,) drive that it is entered from.
        station: (S,) where along that drive [m].
        x: (S,) [m] centre; the place on the drive where the sender gives no corners.
        y: (S,) [m].
        z: (S,) [m], NaN where unknown.
        length: (S,) [m] the longer side, NaN where not given.
        width: (S,) [m] the shorter side, likewise.
        kind: (S,) bits of `ParkingType`.
        status: (S,) values of `SlotStatus`.
        lock: (S,) values of `ParkingLock`.
        sign: (S) what is written on it, '' where nothing is known.
    """

    number: Integers
    drive: Integers
    station: Floats
    x: Floats
    y: Floats
    z: Floats
    length: Floats
    width: Floats
    kind: Integers
    status: Integers
    lock: Integers
    sign: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of slots."""
        return len(self.number)


@dataclass(frozen=True)
class ParkingArea:
    """A parking area as one sender tells of it.

    Attributes:
        number: Of the area, `NOT_GIVEN`: none.
        name: Of the area, '' where none is given.
        nodes: Its nodes.
        drives: Its drives.
        slots: Its slots.
        assignments: Ways and slots that were given to vehicles.
        time: When it was sent [ns since the Unix epoch].
        verification: Value of `inputs.Verification` of the message.
        signer: Certificate digest of the message, 0: none given.
    """

    number: int
    name: str
    nodes: ParkingNodes
    drives: ParkingDrives
    slots: ParkingSlots
    assignments: tuple[Assignment, ...]
    time: int
    verification: int
    signer: int

    @property
    def key(self) -> tuple[int, int]:
        """What the area is known by: its number, else its sender."""
        return (self.number, 0) if self.number != NOT_GIVEN else (NOT_GIVEN, self.signer)
