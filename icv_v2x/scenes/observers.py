# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Units of a scene that tell of others what they see (RSM, SSM), and persons who send (PSM)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import SignerRole
from icv_v2x.interchange.broadcast import MINUTE, SECOND, Frame
from icv_v2x.message_set import codec
from icv_v2x.message_set.enumerations import DetectionSource, ParticipantType, Transmission
from icv_v2x.message_set.records.common import (
    Accelerations,
    Position,
    PositionAccuracy,
    PositionConfidence,
    VehicleClassification,
    VehicleSize,
)
from icv_v2x.message_set.records.convert import frame_from_record
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.psm import (
    NonMotorData,
    PersonalSafetyMessage,
    PersonalUserType,
)
from icv_v2x.message_set.records.rsm import Participant, RoadsideSafetyMessage
from icv_v2x.message_set.records.ssm import (
    DetectedParticipant,
    EquipmentType,
    SensorSharingMessage,
)
from icv_v2x.message_set.vehicle_class import ObjectClass, wire_class
from icv_v2x.scenes.actors import Radio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.frames import MapFrame
    from icv_v2x.interchange.broadcast import Motion, Sender
    from icv_v2x.scenes.manoeuvres import States
    from icv_v2x.scenes.scene import Scene

    Array = NDArray[np.float64]

ROADSIDE_RADIO = Radio(role=SignerRole.ROADSIDE)
"""How a roadside unit sends where a scene does not say otherwise."""

RSM_AID = 3623
"""Application id of roadside safety messages."""

PSM_AID = 0
"""Application ids of the messages of the second phase are not published."""

_NAN = math.nan
_PARTICIPANTS = 16
_SEED = 1000
_POSITION_CONFIDENCE = 0.5
_TYPES = {
    ObjectClass.UNKNOWN: ParticipantType.UNKNOWN,
    ObjectClass.OBSTACLE: ParticipantType.UNKNOWN,
    ObjectClass.ANIMAL: ParticipantType.UNKNOWN,
    ObjectClass.PEDESTRIAN: ParticipantType.PEDESTRIAN,
    ObjectClass.CYCLIST: ParticipantType.NON_MOTOR,
}
_PERSONS = {
    ObjectClass.CYCLIST: PersonalUserType.PEDAL_CYCLIST,
    ObjectClass.ANIMAL: PersonalUserType.ANIMAL,
}


class Observer:
    """A unit at a fixed place that tells by radio what it sees.

    Attributes:
        name: Unique within its scene.
        x: [m] in the axes of the scene.
        y: [m].
        reach: [m] how far it sees.
        source: What it says that it sees with.
        sharing: It sends sensor sharing messages instead of roadside safety messages.
        names_objects: It gives the temporary ids of those that send themselves.
        radio: How it sends; its noise is that of what it sees.
    """

    def __init__(
        self, name: str, x: float, y: float, *, reach: float, source: DetectionSource,
        sharing: bool, names_objects: bool, radio: Radio,
    ) -> None:
        """Place the unit; see the class for the arguments."""
        self.name = name
        self.x = x
        self.y = y
        self.reach = reach
        self.source = source
        self.sharing = sharing
        self.names_objects = names_objects
        self.radio = radio


def sending_times(rate: float, duration: float, phase: float = 0.0) -> Array:
    """Return the instants of something regular [s], whole milliseconds as messages tell time."""
    if rate <= 0.0:
        return np.zeros(0)
    count = math.floor((duration - phase) * rate + 1e-9) + 1
    return np.round(phase + np.arange(max(count, 0)) / rate, 3)


def observations(scene: Scene, name: str) -> list[Frame]:
    """Return the frames of one observer that arrive.

    Args:
        scene: The scene, with its ego.
        name: The observer.

    Returns:
        In the order of sending.
    """
    observer = scene.observers[name]
    radio = observer.radio
    seen = [
        actor for actor in ('ego', *scene.actors)
        if (scene.the_ego if actor == 'ego' else scene.actors[actor]).seen_by_roadside]
    random = np.random.default_rng([radio.seed, _SEED + list(scene.observers).index(name)])
    times = sending_times(radio.rate, scene.duration, radio.phase or 0.0)
    map_frame = scene.map_frame()
    here = scene.observer_position(name)
    participants: list[list[Participant]] = [[] for _ in times]
    reference = _position(map_frame, *here, 0.0)
    for actor in seen:
        states = scene.states(actor, times)
        close = np.hypot(states.x - here[0], states.y - here[1]) <= observer.reach
        told = _participants(scene, observer, actor, states, random, reference)
        for row in np.flatnonzero(close & scene.present(actor, times)).tolist():
            participants[row].append(told[row])
    frames: list[Frame] = []
    size = len(seen) if observer.sharing else _PARTICIPANTS
    for row, time in enumerate(times.tolist()):
        generated = scene.nanoseconds(time)
        told = participants[row]
        for begin in range(0, len(told), max(size, 1)):
            message = _message(
                scene, observer, len(frames), generated, reference, told[begin:begin + size])
            received = generated + round(
                (radio.latency + radio.jitter * random.random()) * 1e9)
            frames.append(Frame(
                received, generated, codec.encode(frame_from_record(message)),
                radio.verification, scene.observer_signer(name), radio.role,
                PSM_AID if observer.sharing else RSM_AID))
    return [frame for frame in frames if random.random() >= radio.loss]


def psm_octets(sender: Sender, motion: Motion, map_frame: MapFrame) -> list[bytes]:
    """Return the personal safety messages of a motion, one per instant.

    Args:
        sender: Who sends.
        motion: Where and how it moves, n instants.
        map_frame: Where the map lies on earth.

    Returns:
        n frames, UPER, message counts in sequence.
    """
    latitude, longitude, height = map_frame.to_geodetic(motion.x, motion.y, motion.z)
    heading = map_frame.yaw_to_heading(motion.heading, latitude, longitude)
    frames = []
    for row in range(len(motion.time)):
        message = PersonalSafetyMessage(
            message_count=row % 128,
            id=sender.temporary_id,
            second=int(motion.time[row]) % MINUTE / SECOND,
            time_confidence=_NAN,
            position=Position(
                float(latitude[row]), float(longitude[row]), float(height[row])),
            position_accuracy=PositionAccuracy(_NAN, _NAN, _NAN),
            speed=abs(float(motion.speed[row])),
            heading=float(heading[row]) % (2.0 * math.pi),
            accelerations=None,
            path_history=None,
            planned_path=(),
            overall_radius=0.5 * sender.length,
            non_motor_data=NonMotorData(
                _PERSONS.get(sender.object_class, PersonalUserType.PEDESTRIAN), None, None, None,
                None, None, None),
        )
        frames.append(codec.encode(frame_from_record(message)))
    return frames


def _position(map_frame: MapFrame, x: float, y: float, z: float) -> Position:
    latitude, longitude, height = map_frame.to_geodetic(
        np.array([x]), np.array([y]), np.array([z]))
    # As the wire rounds it, so that offsets count from the same place.
    return Position(
        round(float(latitude[0]), 7), round(float(longitude[0]), 7),
        round(float(height[0]), 1))


def _participants(
    scene: Scene, observer: Observer, name: str, states: States, random: np.random.Generator,
    reference: Position,
) -> list[Participant]:
    actor = scene.the_ego if name == 'ego' else scene.actors[name]
    radio = observer.radio
    noise = random.standard_normal((4, len(states)))
    map_frame = scene.map_frame()
    latitude, longitude, height = map_frame.to_geodetic(
        states.x + radio.position_noise * noise[0], states.y + radio.position_noise * noise[1],
        states.z)
    heading = map_frame.yaw_to_heading(
        states.heading + radio.heading_noise * noise[2], latitude, longitude)
    speed = states.speed + radio.speed_noise * noise[3]
    kind = wire_class(actor.object_class, numbering=scene.class_numbering)
    made = []
    for row in range(len(states)):
        made.append(Participant(
            participant_type=_TYPES.get(actor.object_class, ParticipantType.MOTOR),
            participant_id=scene.object_number(name),
            source=observer.source,
            id=scene.temporary_id(name) if observer.names_objects else None,
            second=scene.nanoseconds(float(states.time[row])) % MINUTE / SECOND,
            position=PositionOffset(
                float(latitude[row]) - reference.latitude,
                float(longitude[row]) - reference.longitude,
                float(height[row]) - reference.elevation),
            position_confidence=PositionConfidence(_POSITION_CONFIDENCE, _NAN),
            transmission=(
                Transmission.REVERSE_GEARS if speed[row] < 0.0 else Transmission.FORWARD_GEARS),
            speed=abs(float(speed[row])),
            heading=float(heading[row]) % (2.0 * math.pi),
            steering_wheel_angle=_NAN,
            motion_confidence=None,
            accelerations=Accelerations(
                float(states.acceleration[row]), _NAN, _NAN, -float(states.yaw_rate[row])),
            size=VehicleSize(actor.size.width, actor.size.length, actor.size.height),
            vehicle_class=VehicleClassification(kind, None) if kind else None,
        ))
    return made


def _message(
    scene: Scene, observer: Observer, number: int, generated: int, reference: Position,
    participants: list[Participant],
) -> RoadsideSafetyMessage | SensorSharingMessage:
    sender = scene.observer_id(observer.name)
    if not observer.sharing:
        return RoadsideSafetyMessage(number % 128, sender, reference, tuple(participants))
    roadside = observer.radio.role == SignerRole.ROADSIDE
    return SensorSharingMessage(
        message_count=number % 128,
        id=sender,
        equipment_type=EquipmentType.RSU if roadside else EquipmentType.OBU,
        second=generated % MINUTE / SECOND,
        sensor_position=reference,
        detected_region=(),
        participants=tuple(
            DetectedParticipant(
                participant=participant, size_confidence=None, detected_type=None,
                type_confidence=_NAN, acceleration_confidence=None, status_duration=_NAN,
                path_history=None, planning_list=(), tracking=_NAN, polygon=(), extension=None)
            for participant in participants),
        obstacles=(),
        events=(),
    )
