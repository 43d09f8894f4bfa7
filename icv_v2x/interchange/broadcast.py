# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion in the map turned into the radio frames that a vehicle in that motion would send."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.inputs import Encoding, FrameBatch, SignerRole, Standard, Verification
from icv_v2x.message_set.bsm_encoder import BsmContent, encode_bsm
from icv_v2x.message_set.enumerations import (
    ExteriorLight,
    LightBar,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)
from icv_v2x.message_set.vehicle_class import ClassNumbering, ObjectClass, wire_class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame

    Array = NDArray[np.float64]

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
BSM_AID = 111
"""Application id of vehicle safety (T/CSAE 53-2020 and YD/T 3707), given with every frame."""

_HARD_BRAKING = -4.0


class Frame(NamedTuple):
    """One radio frame with what the on-board unit says of it; times in ns since the Unix epoch."""

    reception_time: int
    generation_time: int
    octets: bytes
    verification: Verification
    signer: int
    role: SignerRole
    aid: int = BSM_AID


@dataclass(frozen=True)
class Sender:
    """Who sends.

    Attributes:
        temporary_id: The eight octets, big-endian.
        signer: Certificate digest.
        object_class: What it is.
        length: [m].
        width: [m].
        height: [m], NaN: not sent.
        omit: Fields of `BsmContent` that are not sent.
        hard_braking_event: Set the event bit for hard braking at -4 m/s2 and below.
        numbering: List that the class number follows.
        on_duty: Sends that it responds to an emergency, siren and light bar in use.
    """

    temporary_id: int
    signer: int
    object_class: ObjectClass
    length: float
    width: float
    height: float = math.nan
    omit: frozenset[str] = frozenset()
    hard_braking_event: bool = False
    numbering: ClassNumbering = ClassNumbering.GBT45315
    on_duty: bool = False


@dataclass(frozen=True)
class Motion:
    """States of one sender in the map at n instants; unavailable is NaN.

    Attributes:
        time: (n,) int64 [ns since the Unix epoch].
        x: (n,) [m] centre of the footprint.
        y: (n,) [m].
        z: (n,) [m].
        heading: (n,) [rad] counter-clockwise from the map's x axis.
        speed: (n,) [m/s] along the heading, negative backwards.
        acceleration: (n,) [m/s2] along the heading.
        yaw_rate: (n,) [rad/s] counter-clockwise.
        events: (n,) event bits besides that for hard braking, None: none.
        lights: (n,) bits of the exterior lights, None: not sent.
    """

    time: NDArray[np.int64]
    x: Array
    y: Array
    z: Array
    heading: Array
    speed: Array
    acceleration: Array
    yaw_rate: Array
    events: NDArray[np.uint16] | None = None
    lights: NDArray[np.uint16] | None = None


def bsm_octets(
    sender: Sender, motion: Motion, map_frame: MapFrame, *, first_count: int = 0,
) -> list[bytes]:
    """Return the basic safety messages of a motion, one per instant.

    Args:
        sender: Who sends.
        motion: Where and how it moves.
        map_frame: Where the map lies on earth.
        first_count: Message count of the first.

    Returns:
        n frames, UPER, message counts in sequence.
    """
    latitude, longitude, height = map_frame.to_geodetic(motion.x, motion.y, motion.z)
    heading = map_frame.yaw_to_heading(motion.heading, latitude, longitude)
    yaw_rate = np.where(np.isfinite(motion.yaw_rate), motion.yaw_rate, 0.0)
    content = BsmContent(
        temporary_id=sender.temporary_id,
        length=sender.length,
        width=sender.width,
        height=sender.height,
        vehicle_class=wire_class(sender.object_class, numbering=sender.numbering),
        response_type=ResponseType.EMERGENCY if sender.on_duty else None,
        siren=Siren.IN_USE if sender.on_duty else None,
        light_bar=LightBar.IN_USE if sender.on_duty else None,
    )
    absent: dict[str, Any] = {
        field.name: field.default for field in dataclasses.fields(BsmContent)
        if field.name in sender.omit
    }
    frames = []
    for index in range(len(motion.time)):
        acceleration = float(motion.acceleration[index])
        values: dict[str, Any] = {
            'message_count': (first_count + index) % 128,
            'second': int(motion.time[index]) % MINUTE / SECOND,
            'latitude': float(latitude[index]),
            'longitude': float(longitude[index]),
            'elevation': float(height[index]),
            'transmission': _transmission(float(motion.speed[index])),
            'speed': abs(float(motion.speed[index])),
            'heading': float(heading[index]),
            'longitudinal_acceleration': acceleration,
            'lateral_acceleration': -float(motion.speed[index] * yaw_rate[index]),
            'yaw_rate': -float(yaw_rate[index]),
            'events': _events(sender, acceleration, motion, index),
            'lights': None if motion.lights is None else ExteriorLight(int(motion.lights[index])),
        }
        frames.append(encode_bsm(dataclasses.replace(content, **{**values, **absent})))
    return frames


def batch_of(frames: Sequence[Frame], stamp: int) -> FrameBatch:
    """Return frames as the batch that a driver hands over at one instant.

    Args:
        frames: In the order of their reception.
        stamp: That instant [ns since the Unix epoch].

    Returns:
        The batch.
    """
    count = len(frames)
    return FrameBatch(
        stamp=stamp,
        standard=Standard.CSAE,
        encoding=Encoding.UPER,
        reception_time=np.array([frame.reception_time for frame in frames], np.int64),
        length=np.array([len(frame.octets) for frame in frames], np.uint32),
        payload=np.frombuffer(b''.join(frame.octets for frame in frames), np.uint8),
        verification=np.array([frame.verification for frame in frames], np.uint8),
        signer=np.array([frame.signer for frame in frames], np.uint64),
        aid=np.array([frame.aid for frame in frames], np.uint32),
        rssi=np.full(count, np.nan, np.float32),
        generation_time=np.array([frame.generation_time for frame in frames], np.int64),
        signer_role=np.array([frame.role for frame in frames], np.uint8),
    )


def _transmission(speed: float) -> Transmission:
    return Transmission.REVERSE_GEARS if speed < 0.0 else Transmission.FORWARD_GEARS


def _events(
    sender: Sender, acceleration: float, motion: Motion, index: int
) -> VehicleEvent | None:
    shown = VehicleEvent(0 if motion.events is None else int(motion.events[index]))
    if not sender.hard_braking_event:
        return shown or None
    return shown | VehicleEvent.HARD_BRAKING if acceleration <= _HARD_BRAKING else shown
