# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From what a message states of road users, in its own axes, to reports in the map frame."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import age, unwrap_second
from icv_v2x.frames import MapFrame, to_wgs84
from icv_v2x.translate import plausibility
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve
from icv_v2x.translate.reports import ObjectReports

if TYPE_CHECKING:
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters

Real = NDArray[np.float64]


@dataclass(frozen=True)
class Statements:
    """What messages state of m road users; axes as sent, unavailable is NaN.

    Attributes:
        frame: (m,) int64, index of the frame in its batch.
        permitted: (m,) the certificate may sign such a message.
        roadside: (m,) the position is in the datum of roadside units, else in that of vehicles.
        outside: (m,) the sender claims to be outside the region of its certificate.
        sender_id: (m,) uint64.
        object_id: (m,) int32, -1: the sender itself.
        subject_id: (m,) uint64, temporary id of the object's own messages, 0: not given.
        source: (m,) uint16, bit set of `Source`.
        message_count: (m,) uint8.
        second: (m,) time of the state in its minute [s].
        latitude: (m,) [deg].
        longitude: (m,) [deg].
        elevation: (m,) [m].
        speed: (m,) [m/s] along the heading, negative in reverse gear.
        heading: (m,) [rad] clockwise from north.
        acceleration: (m,) [m/s2] forward positive.
        yaw_rate: (m,) [rad/s] clockwise positive.
        length: (m,) [m].
        width: (m,) [m].
        height: (m,) [m].
        object_class: (m,) uint8, values of `ObjectClass`.
        position_deviation: (m,) [m] 1 sigma per axis.
        speed_deviation: (m,) [m/s] 1 sigma.
        heading_deviation: (m,) [rad] 1 sigma.
    """

    frame: NDArray[np.int64]
    permitted: NDArray[np.bool_]
    roadside: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    sender_id: NDArray[np.uint64]
    object_id: NDArray[np.int32]
    subject_id: NDArray[np.uint64]
    source: NDArray[np.uint16]
    message_count: NDArray[np.uint8]
    second: Real
    latitude: Real
    longitude: Real
    elevation: Real
    speed: Real
    heading: Real
    acceleration: Real
    yaw_rate: Real
    length: Real
    width: Real
    height: Real
    object_class: NDArray[np.uint8]
    position_deviation: Real
    speed_deviation: Real
    heading_deviation: Real

    def __len__(self) -> int:
        """Return the number of road users."""
        return len(self.frame)

    def take(self, rows: NDArray[np.bool_]) -> Statements:
        """Return those that a mask (m,) keeps."""
        return self if rows.all() else Statements(
            **{f.name: getattr(self, f.name)[rows] for f in fields(self)})


def joined(first: Statements, second: Statements) -> Statements:
    """Return statements end to end."""
    return Statements(**{
        f.name: np.concatenate([getattr(first, f.name), getattr(second, f.name)])
        for f in fields(Statements)
    })


def reports_of(
    stated: Statements, batch: FrameBatch, map_frame: MapFrame, parameters: Parameters
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what the statements say, in the map frame and in SI axes.

    The rules are those of basic safety messages: no position, no speed, or motion without
    heading is of no use; a size that is impossible counts as not given, as sensors often see one
    side of an object only.

    Args:
        stated: m statements.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datums and limits of the clock.

    Returns:
        The reports, and a refusal for every other statement, in the order of the frames.
    """
    frame = stated.frame
    reception_time = batch.reception_time[frame]
    instants = unwrap_second(stated.second, reception_time, batch.generation_time[frame])
    latitude, longitude = _to_wgs84(stated, parameters)
    x, y, z = map_frame.to_map(latitude, longitude, stated.elevation)
    speed = stated.speed

    sieve = Sieve(len(stated))
    sieve.refuse_by_certificate(batch, frame)
    sieve.refuse(~stated.permitted, RefusalReason.NOT_PERMITTED)
    sieve.refuse(stated.outside, RefusalReason.OUTSIDE_REGION)
    sieve.refuse(_repeated(stated), RefusalReason.AMBIGUOUS_NUMBER)
    sieve.refuse(~np.isfinite(latitude + longitude), RefusalReason.NO_POSITION)
    sieve.refuse(~(np.hypot(x, y) <= plausibility.AREA_RADIUS), RefusalReason.OUT_OF_AREA)
    sieve.refuse(~np.isfinite(speed), RefusalReason.NO_SPEED)
    sieve.refuse(np.abs(speed) > plausibility.SPEED_MAXIMUM, RefusalReason.IMPLAUSIBLE_SPEED)
    standing = np.abs(speed) < plausibility.STANDING_SPEED
    sieve.refuse(~np.isfinite(stated.heading) & ~standing, RefusalReason.NO_HEADING)
    message_age = age(instants.time, reception_time)
    sieve.refuse(message_age > parameters.clock.age_maximum, RefusalReason.STALE)
    sieve.refuse(message_age < -parameters.clock.future_maximum, RefusalReason.FUTURE)

    length, width, height = plausibility.with_usual_size(
        plausibility.within(stated.length, *plausibility.LENGTH_RANGE),
        plausibility.within(stated.width, *plausibility.WIDTH_RANGE),
        plausibility.within(stated.height, *plausibility.HEIGHT_RANGE),
        stated.object_class)
    variance = np.square(np.maximum(
        _known(stated.position_deviation, plausibility.POSITION_DEVIATION),
        plausibility.POSITION_DEVIATION_MINIMUM))
    none = np.zeros(len(stated), dtype=np.uint16)
    reports = ObjectReports(
        frame=frame,
        sender_id=stated.sender_id,
        object_id=stated.object_id,
        subject_id=stated.subject_id,
        source=stated.source,
        time=instants.time,
        reception_time=reception_time,
        message_count=stated.message_count,
        x=x,
        y=y,
        z=z,
        heading=map_frame.heading_to_yaw(stated.heading, latitude, longitude),
        speed=speed,
        acceleration=plausibility.within(
            stated.acceleration, -plausibility.ACCELERATION_MAXIMUM,
            plausibility.ACCELERATION_MAXIMUM),
        # Messages count clockwise, the map counter-clockwise.
        yaw_rate=plausibility.within(
            -stated.yaw_rate, -plausibility.YAW_RATE_MAXIMUM, plausibility.YAW_RATE_MAXIMUM),
        length=length,
        width=width,
        height=height,
        object_class=stated.object_class,
        variance_xx=variance,
        variance_xy=np.zeros(len(stated)),
        variance_yy=variance,
        speed_deviation=_known(stated.speed_deviation, plausibility.SPEED_DEVIATION),
        heading_deviation=_known(
            stated.heading_deviation, plausibility.heading_deviation(speed)),
        verification=batch.verification[frame],
        signer=batch.signer[frame],
        events=none,
        lights=none,
        emergency=none.astype(np.uint8),
        path_radius=np.full(len(stated), np.nan),
        path_confidence=np.full(len(stated), np.nan),
    )
    return reports.take(sieve.good), sieve.refusals(frame)


def _to_wgs84(stated: Statements, parameters: Parameters) -> tuple[Real, Real]:
    """Return latitudes and longitudes [deg], each from the datum of its kind of sender."""
    datum = parameters.datum
    vehicle = to_wgs84(stated.latitude, stated.longitude, datum.vehicle)
    if datum.roadside == datum.vehicle:
        return vehicle
    roadside = to_wgs84(stated.latitude, stated.longitude, datum.roadside)
    return (
        np.where(stated.roadside, roadside[0], vehicle[0]),
        np.where(stated.roadside, roadside[1], vehicle[1]),
    )


def _repeated(stated: Statements) -> NDArray[np.bool_]:
    """Return which numbers their own message gives to several objects, (m,).

    One of them cannot be told from the other in the next message, so none is believed.
    """
    order = np.lexsort((stated.object_id, stated.frame))
    frame, number = stated.frame[order], stated.object_id[order]
    alike = (frame[1:] == frame[:-1]) & (number[1:] == number[:-1])
    repeated = np.zeros(len(order), dtype=np.bool_)
    repeated[order[1:][alike]] = True
    repeated[order[:-1][alike]] = True
    return repeated


def _known(value: Real, otherwise: Real | float) -> Real:
    """Return the values, the other ones where they are unavailable."""
    return np.where(np.isfinite(value), value, otherwise)
