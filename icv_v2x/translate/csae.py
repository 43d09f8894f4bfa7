# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: from T/CSAE 53 messages to reports in the map frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import age, unwrap_second
from icv_v2x.frames import MapFrame, to_wgs84
from icv_v2x.inputs import SignerRole
from icv_v2x.message_set.enumerations import LightBar, ResponseType, Siren, Transmission
from icv_v2x.message_set.vehicle_class import object_class
from icv_v2x.translate import plausibility
from icv_v2x.translate.certificate_scope import outside_region
from icv_v2x.translate.refusals import Refusal, RefusalReason, Sieve
from icv_v2x.translate.reports import ObjectReports, Source

if TYPE_CHECKING:
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.bsm import BasicSafetyMessages
    from icv_v2x.parameters import Parameters

EMERGENCY_RESPONDING = 1
EMERGENCY_SIREN = 2
EMERGENCY_LIGHT_BAR = 4
EMERGENCY_ASKS_FOR_WAY = 8


def reports_from_bsm(
    messages: BasicSafetyMessages,
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what basic safety messages say, in the map frame and in SI axes.

    A frame without position or speed, or in motion without heading, is refused, as GB/T 45315
    senders must not send then; a standing vehicle without heading keeps NaN. Sizes not given are
    those of the class. Accelerations and yaw rates that no vehicle reaches are unavailable.

    Args:
        messages: Decoded messages, their `frame` pointing into the batch.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of vehicles, limits of the clock, numbering of classes.

    Returns:
        The reports, and the refused frames in their order: each message is in exactly one.
    """
    frame = np.asarray(messages.frame, dtype=np.int64)
    reception_time = batch.reception_time[frame]
    instants = unwrap_second(messages.second, reception_time, batch.generation_time[frame])
    latitude, longitude = to_wgs84(
        messages.latitude, messages.longitude, parameters.datum.vehicle)
    x, y, z = map_frame.to_map(latitude, longitude, messages.elevation)
    # The heading is that of the nose, so a vehicle in reverse gear moves against it.
    reverse = messages.transmission == int(Transmission.REVERSE_GEARS)
    speed = np.where(reverse, -messages.speed, messages.speed)

    sieve = Sieve(len(frame))
    sieve.refuse_by_certificate(batch, frame)
    sieve.refuse(batch.signer_role[frame] == int(SignerRole.ROADSIDE), RefusalReason.NOT_PERMITTED)
    sieve.refuse(~np.isfinite(latitude + longitude), RefusalReason.NO_POSITION)
    sieve.refuse(
        outside_region(batch, frame, latitude, longitude), RefusalReason.OUTSIDE_REGION)
    sieve.refuse(~(np.hypot(x, y) <= plausibility.AREA_RADIUS), RefusalReason.OUT_OF_AREA)
    sieve.refuse(~np.isfinite(speed), RefusalReason.NO_SPEED)
    sieve.refuse(np.abs(speed) > plausibility.SPEED_MAXIMUM, RefusalReason.IMPLAUSIBLE_SPEED)
    standing = np.abs(speed) < plausibility.STANDING_SPEED
    sieve.refuse(~np.isfinite(messages.heading) & ~standing, RefusalReason.NO_HEADING)
    sieve.refuse(
        plausibility.implausible_size(messages.length, messages.width),
        RefusalReason.IMPLAUSIBLE_SIZE)
    message_age = age(instants.time, reception_time)
    sieve.refuse(message_age > parameters.clock.age_maximum, RefusalReason.STALE)
    sieve.refuse(message_age < -parameters.clock.future_maximum, RefusalReason.FUTURE)

    heading, ellipse_axis = map_frame.heading_to_yaw(
        np.stack([messages.heading, messages.semi_major_orientation]), latitude, longitude)
    variance_xx, variance_xy, variance_yy = _position_variance(messages, ellipse_axis)
    kind = object_class(
        messages.vehicle_class, numbering=parameters.vehicle_class_numbering)
    length, width, height = plausibility.with_usual_size(
        messages.length, messages.width, messages.height, kind)
    reports = ObjectReports(
        frame=frame,
        sender_id=messages.temporary_id,
        object_id=np.full(len(frame), -1, dtype=np.int32),
        subject_id=np.zeros(len(frame), dtype=np.uint64),
        source=np.full(len(frame), int(Source.BSM), dtype=np.uint16),
        time=instants.time,
        reception_time=reception_time,
        message_count=messages.message_count,
        x=x,
        y=y,
        z=z,
        heading=heading,
        speed=speed,
        acceleration=plausibility.within(
            messages.longitudinal_acceleration, -plausibility.ACCELERATION_MAXIMUM,
            plausibility.ACCELERATION_MAXIMUM),
        # Messages count clockwise, the map counter-clockwise.
        yaw_rate=plausibility.within(
            -messages.yaw_rate, -plausibility.YAW_RATE_MAXIMUM, plausibility.YAW_RATE_MAXIMUM),
        length=length,
        width=width,
        height=height,
        object_class=kind,
        variance_xx=variance_xx,
        variance_xy=variance_xy,
        variance_yy=variance_yy,
        speed_deviation=_known(
            plausibility.deviation_of_interval(messages.speed_confidence),
            plausibility.SPEED_DEVIATION),
        heading_deviation=_known(
            plausibility.deviation_of_interval(messages.heading_confidence),
            plausibility.heading_deviation(speed)),
        verification=batch.verification[frame],
        signer=batch.signer[frame],
        events=messages.events,
        lights=messages.lights,
        emergency=_emergency(messages),
        # Messages count radii of right turns positive; straight has no sign.
        path_radius=np.where(
            np.isinf(messages.path_radius), np.inf, -messages.path_radius),
        path_confidence=messages.path_confidence,
    )
    return reports.take(sieve.good), sieve.refusals(frame)


def _known(
    value: NDArray[np.float64], otherwise: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    """Return the values, the other ones where they are unavailable."""
    return np.where(np.isfinite(value), value, otherwise)


def _position_variance(
    messages: BasicSafetyMessages, ellipse_axis: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return variances xx, xy, yy of positions in the map.

    From the error ellipse; without it from the radius of confidence; without that the accuracy
    that GB/T 45315 asks of senders. An ellipse without orientation or second axis counts as a
    circle of its long axis.

    Args:
        messages: The messages, n of them.
        ellipse_axis: Yaw of the long axis (n,) [rad], NaN where unavailable.

    Returns:
        Three arrays (n,) [m2].
    """
    circle = _known(
        plausibility.deviation_of_radius(messages.position_confidence),
        plausibility.POSITION_DEVIATION)
    long = _known(messages.semi_major, circle)
    oriented = np.isfinite(messages.semi_minor) & np.isfinite(ellipse_axis)
    short = np.where(oriented & np.isfinite(messages.semi_major), messages.semi_minor, long)
    long = np.maximum(long, plausibility.POSITION_DEVIATION_MINIMUM) ** 2
    short = np.maximum(short, plausibility.POSITION_DEVIATION_MINIMUM) ** 2
    axis = np.where(oriented, ellipse_axis, 0.0)
    cosine, sine = np.cos(axis), np.sin(axis)
    return (
        long * cosine**2 + short * sine**2,
        (long - short) * cosine * sine,
        long * sine**2 + short * cosine**2,
    )


def _emergency(messages: BasicSafetyMessages) -> NDArray[np.uint8]:
    """Return the bits of a vehicle on duty; yellow caution lights are no light bar in use."""
    responding = messages.response_type_available & (
        (messages.response_type == int(ResponseType.EMERGENCY))
        | (messages.response_type == int(ResponseType.PURSUIT)))
    bits = np.zeros(len(messages), dtype=np.uint8)
    bits[responding] |= EMERGENCY_RESPONDING
    bits[messages.siren == int(Siren.IN_USE)] |= EMERGENCY_SIREN
    bits[messages.light_bar == int(LightBar.IN_USE)] |= EMERGENCY_LIGHT_BAR
    return bits
