# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Motion in the map turned into the radio frames that a vehicle in that motion would send."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.inputs import Encoding, FrameBatch, Indicator, SignerRole, Standard, Verification
from icv_v2x.message_set.bsm_encoder import BsmContent
from icv_v2x.message_set.bsm_template import (
    MOVING,
    BsmTemplate,
    MovingColumns,
    encode_bsm_rows,
)
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

INDICATOR_LIGHTS = {
    Indicator.NONE: ExteriorLight(0),
    Indicator.LEFT: ExteriorLight.LEFT_TURN_SIGNAL,
    Indicator.RIGHT: ExteriorLight.RIGHT_TURN_SIGNAL,
    Indicator.HAZARD: ExteriorLight.HAZARD_SIGNAL,
}
"""What a direction indicator is on the air."""

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

    Raises:
        MessageError: The sender has a size or a class that cannot be sent.
    """
    count = len(motion.time)
    return bsm_octets_of(
        [sender] * count, motion, map_frame, counts=first_count + np.arange(count))


def bsm_octets_of(
    senders: Sequence[Sender], motion: Motion, map_frame: MapFrame, *, counts: NDArray[np.int64],
) -> list[bytes]:
    """Return one basic safety message of each of some senders.

    Args:
        senders: n that send.
        motion: State of each, (n,) columns.
        map_frame: Where the map lies on earth.
        counts: (n,) message count of each.

    Returns:
        n frames, UPER.

    Raises:
        MessageError: A sender has a size or a class that cannot be sent.
    """
    latitude, longitude, height = map_frame.to_geodetic(motion.x, motion.y, motion.z)
    yaw_rate = np.where(np.isfinite(motion.yaw_rate), motion.yaw_rate, 0.0)
    columns = MovingColumns(
        message_count=counts,
        second=motion.time % MINUTE / SECOND,
        latitude=latitude, longitude=longitude, elevation=height,
        speed=np.abs(motion.speed),
        heading=map_frame.yaw_to_heading(motion.heading, latitude, longitude),
        longitudinal_acceleration=motion.acceleration,
        lateral_acceleration=-motion.speed * yaw_rate,
        yaw_rate=-yaw_rate)
    rows = range(len(senders))
    reverse, high = (motion.speed < 0.0).tolist(), np.isfinite(height).tolist()
    braking = (motion.acceleration <= _HARD_BRAKING).tolist()
    events = [0 for _ in rows] if motion.events is None else motion.events.tolist()
    lights = [None for _ in rows] if motion.lights is None else motion.lights.tolist()
    templates = [
        _template(
            senders[row], reverse[row], high[row],
            _events(senders[row], braking[row], events[row]), lights[row])
        for row in rows]
    return encode_bsm_rows(templates, columns)


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


@lru_cache(maxsize=4096)
def _template(
    sender: Sender, reverse: bool, high: bool, events: VehicleEvent | None, lights: int | None,
) -> BsmTemplate:
    """Return what a sender says whose motion is left open.

    Args:
        sender: Who sends.
        reverse: Whether it drives backwards.
        high: Whether its elevation is known.
        events: Bits, None: no field is sent.
        lights: Bits, None: no field is sent.
    """
    values: dict[str, Any] = {
        'temporary_id': sender.temporary_id,
        'length': sender.length,
        'width': sender.width,
        'height': sender.height,
        'vehicle_class': wire_class(sender.object_class, numbering=sender.numbering),
        'response_type': ResponseType.EMERGENCY if sender.on_duty else None,
        'siren': Siren.IN_USE if sender.on_duty else None,
        'light_bar': LightBar.IN_USE if sender.on_duty else None,
        'elevation': 0.0 if high else math.nan,
        'transmission': Transmission.REVERSE_GEARS if reverse else Transmission.FORWARD_GEARS,
        'events': events,
        'lights': None if lights is None else ExteriorLight(lights),
    }
    content = BsmContent(**{
        name: value for name, value in values.items() if name not in sender.omit})
    return BsmTemplate(content, MOVING - sender.omit)


def _events(sender: Sender, braking: bool, shown: int) -> VehicleEvent | None:
    if not sender.hard_braking_event:
        return VehicleEvent(shown) if shown else None
    return VehicleEvent(shown | (VehicleEvent.HARD_BRAKING if braking else 0))
