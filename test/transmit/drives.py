# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Drives of an own vehicle, sent and read again by the ASN.1 library."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import asn1tools

from icv_v2x.inputs import Gear, Indicator, VehicleStatus
from icv_v2x.message_set import schema
from icv_v2x.parameters import Parameters, build
from icv_v2x.parameters.schema import build as build_group
from icv_v2x.parameters.transmit_group import Transmit
from icv_v2x.transmit.bsm_sender import BsmSender
from icv_v2x.transmit.events import VehicleSignals
from icv_v2x.transmit.outgoing import OutgoingFrame
from icv_v2x.world.ego import EgoState

START = 1_700_000_040 * 10**9  # a full minute
TICK = 10_000_000
SECOND = 10**9
Drive = Callable[[float], EgoState | None]
PARAMETERS = build(Parameters, {
    'map_origin.latitude': 39.795, 'map_origin.longitude': 116.506, 'vehicle.length': 4.8,
    'vehicle.width': 1.9, 'vehicle.base_link_to_center': 1.4})


@cache
def library() -> Any:
    return asn1tools.compile_dict(deepcopy(schema.parsed_modules()), 'uper')


def read(frame: OutgoingFrame) -> dict[str, Any]:
    """Decodes a frame by the library; a message of the second phase too."""
    kind, message = library().decode('MessageFrame', frame.octets)
    if kind != 'msgFrameExt':
        return dict(message)
    name = {12: 'SensorSharingMsg', 13: 'VehIntentionAndRequest', 15: 'PersonalSafetyMessage',
            16: 'CLPMM'}[message['messageId']]
    return dict(library().decode(name, message['value']))


def state(t: float, **values: Any) -> EgoState:
    return EgoState(**{
        'stamp': START + round(t * SECOND), 'x': 0.0, 'y': 0.0, 'z': math.nan, 'heading': 0.0,
        'speed': 0.0, 'acceleration': 0.0, 'yaw_rate': 0.0, 'length': 4.8, 'width': 1.9,
        'height': 1.6, 'position_deviation': 0.4, 'age': 0.02, **values})


def straight(speed: float, **values: Any) -> Drive:
    return lambda t: state(t, x=speed * t, speed=speed, **values)


def circle(speed: float, radius: float) -> Drive:
    """To the left where the radius is positive."""
    def at(t: float) -> EgoState:
        angle = speed * t / radius
        return state(t, x=radius * math.sin(angle), y=radius * (1.0 - math.cos(angle)),
                     heading=math.remainder(angle, 2.0 * math.pi), speed=speed,
                     yaw_rate=speed / radius)
    return at


def status(t: float, **values: Any) -> VehicleStatus:
    return VehicleStatus(**{
        'stamp': START + round(t * SECOND), 'indicator': Indicator.NONE, 'gear': Gear.FORWARD,
        'brake': False, 'acceleration': 0.0, 'steering_wheel_angle': 0.1, 'lights': 0, **values})


def sender(seed: int = 1, **transmit: Any) -> BsmSender:
    return BsmSender(PARAMETERS, build_group(Transmit, transmit), random.Random(seed))


def sent(
    source: BsmSender, drive: Drive, until: float, *, begin: float = 0.0,
    statuses: Callable[[float], VehicleStatus | None] = lambda t: None,
    signals: Callable[[float], VehicleSignals | None] = lambda t: None,
    load: float = math.nan, tick: int = TICK,
) -> Iterator[tuple[float, OutgoingFrame]]:
    """Asks at every tick; yields when, and what was sent."""
    for step in range(round(begin * SECOND) // tick, round(until * SECOND) // tick):
        t = step * tick / SECOND
        frame = source.step(
            START + step * tick, lambda at: drive((at - START) / SECOND), statuses(t), signals(t),
            channel_busy_ratio=load)
        if frame is not None:
            yield t, frame
