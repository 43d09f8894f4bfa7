# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Reports of road users and obstacles in the map frame: what every message adapter produces."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntFlag
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence


class Source(IntFlag):
    """Where the knowledge of an object comes from (constants of `icv_v2x_msgs/ObjectArray`)."""

    BSM = 1
    RSM = 2
    SSM = 4
    PSM = 8
    VIR = 16
    OWN_DETECTION = 32
    SENSOR = 64


@dataclass(frozen=True)
class ObjectReports:
    """Reported states, one row per report, n rows; unavailable is NaN.

    Attributes:
        frame: (n,) int64, index of the frame in its batch that the report came with.
        sender_id: (n,) uint64, temporary id of the sender or id of the road-side unit.
        object_id: (n,) int32, the sender's number of a perceived object, -1: the sender itself.
        subject_id: (n,) uint64, temporary id under which the object itself sends, as its observer
            says; 0: not given.
        source: (n,) uint16, bit set of `Source`.
        time: (n,) int64, instant of the state [ns since the Unix epoch].
        reception_time: (n,) int64 [ns since the Unix epoch].
        message_count: (n,) uint8, MsgCount of the frame.
        x: (n,) [m] east of the map origin, centre of the footprint.
        y: (n,) [m] north of the map origin.
        z: (n,) [m] up.
        heading: (n,) [rad] counter-clockwise from the map's x axis.
        speed: (n,) [m/s] along the heading, negative in reverse gear.
        acceleration: (n,) [m/s2] along the heading.
        yaw_rate: (n,) [rad/s] counter-clockwise.
        length: (n,) [m].
        width: (n,) [m].
        height: (n,) [m].
        object_class: (n,) uint8, values of `message_set.vehicle_class.ObjectClass`.
        variance_xx: (n,) [m2] position variance.
        variance_xy: (n,) [m2].
        variance_yy: (n,) [m2].
        speed_deviation: (n,) [m/s] 1 sigma.
        heading_deviation: (n,) [rad] 1 sigma.
        verification: (n,) uint8, values of `inputs.Verification`.
        signer: (n,) uint64, certificate digest, 0: none given.
        events: (n,) uint16, BSM VehicleEventFlags, bit i of the message is bit i here.
        lights: (n,) uint16, BSM ExteriorLights likewise.
        emergency: (n,) uint8, bit 0 responding, bit 1 siren, bit 2 light bar.
        path_radius: (n,) [m] left positive, infinite: straight.
        path_confidence: (n,) [0..1].
    """

    frame: NDArray[np.int64]
    sender_id: NDArray[np.uint64]
    object_id: NDArray[np.int32]
    subject_id: NDArray[np.uint64]
    source: NDArray[np.uint16]
    time: NDArray[np.int64]
    reception_time: NDArray[np.int64]
    message_count: NDArray[np.uint8]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    heading: NDArray[np.float64]
    speed: NDArray[np.float64]
    acceleration: NDArray[np.float64]
    yaw_rate: NDArray[np.float64]
    length: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]
    object_class: NDArray[np.uint8]
    variance_xx: NDArray[np.float64]
    variance_xy: NDArray[np.float64]
    variance_yy: NDArray[np.float64]
    speed_deviation: NDArray[np.float64]
    heading_deviation: NDArray[np.float64]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    events: NDArray[np.uint16]
    lights: NDArray[np.uint16]
    emergency: NDArray[np.uint8]
    path_radius: NDArray[np.float64]
    path_confidence: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of reports."""
        return len(self.sender_id)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> ObjectReports:
        """Return the reports of the given rows (indices or mask)."""
        if rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        return ObjectReports(*[column[rows] for column in columns_of(self)])

    def first(self, count: int) -> ObjectReports:
        """Return copies of the first reports."""
        return ObjectReports(*[column[:count].copy() for column in columns_of(self)])


@dataclass(frozen=True)
class DecodedReports:
    """Reports of a unit that decodes by itself, before they are checked.

    Attributes:
        reports: The reports; `frame` numbers the messages that they came in.
        geographic: Whether x is a longitude [deg], y a latitude [deg] and z a height above the
            ellipsoid [m], and headings count from east there.
    """

    reports: ObjectReports
    geographic: bool = False


def joined(parts: Sequence[ObjectReports]) -> ObjectReports:
    """Return the reports of several adapters, at least one, end to end."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*map(columns_of, parts), strict=True)
    return ObjectReports(*[np.concatenate(column) for column in columns])


columns_of = attrgetter(*(f.name for f in fields(ObjectReports)))
"""Gives all columns of reports at once, in the order of the fields."""
