# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks of road users and obstacles at one instant, as every scenario reads them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tracks:
    """Objects predicted to one common instant, one row each, n rows; unavailable is NaN.

    The fields are those of `icv_v2x_msgs/ObjectArray`, in the map frame.

    Attributes:
        stamp: Instant of all states [ns since the Unix epoch].
        sender_id: (n,) uint64, temporary id of the vehicle or id of the road-side unit.
        object_id: (n,) int32, the sender's number of a perceived object, -1: the sender itself.
        source: (n,) uint16, bit set of `translate.reports.Source`.
        x: (n,) [m] centre of the footprint.
        y: (n,) [m].
        z: (n,) [m].
        heading: (n,) [rad] counter-clockwise from the map's x axis.
        speed: (n,) [m/s] along the heading, never NaN.
        acceleration: (n,) [m/s2] along the heading.
        yaw_rate: (n,) [rad/s] counter-clockwise.
        turn_rate: (n,) [rad/s] the turn that is expected to go on, 0 for none; never NaN.
        turn_angle: (n,) [rad] how far it is expected to go on, infinite in a bend; never NaN.
        length: (n,) [m], the class default where the sender gives none; never NaN.
        width: (n,) [m], likewise.
        height: (n,) [m].
        object_class: (n,) uint8, values of `message_set.vehicle_class.ObjectClass`.
        variance_xx: (n,) [m2] position variance at the instant, growing with the age; never NaN.
        variance_xy: (n,) [m2].
        variance_yy: (n,) [m2].
        speed_deviation: (n,) [m/s] 1 sigma; never NaN.
        heading_deviation: (n,) [rad] 1 sigma; never NaN.
        age: (n,) [s] from the measurement of the state to the instant.
        period: (n,) [s] mean interval of the sender's messages, NaN after the first.
        updates: (n,) uint16, consistent messages in a row, saturating.
        verification: (n,) uint8, values of `inputs.Verification`, of the newest message.
        signer: (n,) uint64, certificate digest, 0: none given.
        corroborated: (n,) bool, an independent second source sees the object.
        trust: (n,) uint8, values of `trust.levels.TrustLevel` of whoever leads the track.
        existence: (n,) probability that there is such an object [0..1]; never NaN.
        identity: (n,) uint32, number of the object, the same over a change of temporary id.
        events: (n,) uint16, BSM VehicleEventFlags.
        lights: (n,) uint16, BSM ExteriorLights.
        emergency: (n,) uint8, bit 0 responding, bit 1 siren, bit 2 light bar, bit 3 asks others
            to clear the way.
        asked_lane: (n,) int32, lane that it asks to be cleared, -1: none named.
        path_radius: (n,) [m] left positive, infinite: straight.
        path_confidence: (n,) [0..1].
    """

    stamp: int
    sender_id: NDArray[np.uint64]
    object_id: NDArray[np.int32]
    source: NDArray[np.uint16]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64]
    heading: NDArray[np.float64]
    speed: NDArray[np.float64]
    acceleration: NDArray[np.float64]
    yaw_rate: NDArray[np.float64]
    turn_rate: NDArray[np.float64]
    turn_angle: NDArray[np.float64]
    length: NDArray[np.float64]
    width: NDArray[np.float64]
    height: NDArray[np.float64]
    object_class: NDArray[np.uint8]
    variance_xx: NDArray[np.float64]
    variance_xy: NDArray[np.float64]
    variance_yy: NDArray[np.float64]
    speed_deviation: NDArray[np.float64]
    heading_deviation: NDArray[np.float64]
    age: NDArray[np.float64]
    period: NDArray[np.float64]
    updates: NDArray[np.uint16]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    corroborated: NDArray[np.bool_]
    trust: NDArray[np.uint8]
    existence: NDArray[np.float64]
    identity: NDArray[np.uint32]
    events: NDArray[np.uint16]
    lights: NDArray[np.uint16]
    emergency: NDArray[np.uint8]
    asked_lane: NDArray[np.int32]
    path_radius: NDArray[np.float64]
    path_confidence: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.sender_id)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Tracks:
        """Return the tracks of the given rows (indices or mask).

        Most users of a selection ask for a few of its columns, so each is taken when it is first
        asked for.
        """
        taken = object.__new__(Tracks)
        taken.__dict__.update(
            stamp=self.stamp, _whole=self,
            _rows=np.flatnonzero(rows) if rows.dtype == np.bool_ else rows)
        return taken

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """Return a column of a selection that was not asked for before."""
            inner = self.__dict__
            if name not in _COLUMNS or '_whole' not in inner:
                raise AttributeError(f'{type(self).__name__!r} object has no attribute {name!r}')
            column = inner[name] = getattr(inner['_whole'], name)[inner['_rows']]
            return column

    def name(self, row: int) -> str:
        """Return the id of one track as advisories give it: `HEX` or `HEX:number`."""
        sender = f'{int(self.sender_id[row]):016X}'
        number = int(self.object_id[row])
        return sender if number < 0 else f'{sender}:{number}'


def joined(first: Tracks, second: Tracks) -> Tracks:
    """Return tracks of one instant end to end."""
    columns = zip(_columns_of(first), _columns_of(second), strict=True)
    return Tracks(first.stamp, *[np.concatenate(pair) for pair in columns])


_COLUMNS = tuple(f.name for f in fields(Tracks) if f.name != 'stamp')
# All columns at once, in the order of the fields.
_columns_of = attrgetter(*_COLUMNS)
