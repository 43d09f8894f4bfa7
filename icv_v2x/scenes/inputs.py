# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the ego of a scene receives: radio frames, odometry, status, path and own detections."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x import interchange
from icv_v2x.inputs import Gear, Odometry, PlannedPath, VehicleStatus
from icv_v2x.interchange.broadcast import (
    BSM_AID,
    INDICATOR_LIGHTS,
    Frame,
    Motion,
    Sender,
    batch_of,
    bsm_octets,
)
from icv_v2x.interchange.parameter_text import parameter_path, parameter_text
from icv_v2x.scenes.observers import PSM_AID, observations, psm_octets, sending_times
from icv_v2x.translate.reports import ObjectReports, Source

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from icv_v2x.interchange.bag_writer import Input
    from icv_v2x.scenes.actors import Actor, Radio
    from icv_v2x.scenes.manoeuvres import States
    from icv_v2x.scenes.scene import Scene

    Array = NDArray[np.float64]

BATCH_WINDOW = 5_000_000
"""The simulated driver hands over what came within this many nanoseconds as one batch."""

_PHASE_STEP = 0.037
_NAN = math.nan


def inputs(scene: Scene) -> list[tuple[int, Input]]:
    """Return what the ego receives.

    Args:
        scene: The scene, with its ego.

    Returns:
        (log time [ns since the Unix epoch], record), in the order of time.
    """
    timed: list[tuple[int, Input]] = []
    timed.extend(_odometry(scene))
    timed.extend(_status(scene))
    timed.extend(_paths(scene))
    timed.extend(_detections(scene))
    timed.extend(_radio(scene))
    # The sort is stable, so that what is logged at one instant keeps the order above.
    timed.sort(key=lambda item: item[0])
    return timed


def write(scene: Scene, path: Path | str, *, replace: bool = False) -> None:
    """Write what the ego receives as a bag that calls itself simulated, its parameters beside it.

    Args:
        scene: The scene.
        path: Directory to make.
        replace: Remove a bag of that name first.

    Raises:
        BagError: The directory cannot be made.
        OSError: The parameter file cannot be written.
    """
    with interchange.BagWriter(path, replace=replace, simulated=True) as bag:
        for log_time, record in inputs(scene):
            bag.write(log_time, record)
    comments = ['Of a simulated scene. Temporary id = road user:']
    comments += [f'  {scene.subject(name)} = {name}' for name in scene.actors]
    parameter_path(bag.path).write_text(
        parameter_text(scene.parameter_values(), comments), encoding='utf-8')


def _odometry(scene: Scene) -> list[tuple[int, Input]]:
    ego = scene.the_ego
    times = sending_times(ego.output.odometry_rate, scene.duration)
    for begin, until in ego.output.odometry_lost:
        times = times[(times < begin) | (times >= until)]
    states = scene.states('ego', times)
    lever = ego.base_link_to_center
    made: list[tuple[int, Input]] = []
    for row in range(len(states)):
        stamp = scene.nanoseconds(float(times[row]))
        heading, yaw_rate = float(states.heading[row]), float(states.yaw_rate[row])
        made.append((stamp, Odometry(
            stamp=stamp,
            frame_id='map',
            x=float(states.x[row]) - lever * math.cos(heading),
            y=float(states.y[row]) - lever * math.sin(heading),
            z=float(states.z[row]),
            yaw=heading,
            velocity_x=float(states.speed[row]),
            velocity_y=-lever * yaw_rate,
            yaw_rate=yaw_rate,
        )))
    return made


def _status(scene: Scene) -> list[tuple[int, Input]]:
    times = sending_times(scene.the_ego.output.status_rate, scene.duration)
    states = scene.states('ego', times)
    made: list[tuple[int, Input]] = []
    for row, time in enumerate(times.tolist()):
        stamp = scene.nanoseconds(time)
        acceleration = float(states.acceleration[row])
        made.append((stamp, VehicleStatus(
            stamp=stamp,
            indicator=scene.indicator_at(time),
            gear=Gear.REVERSE if states.speed[row] < 0.0 else Gear.FORWARD,
            brake=acceleration < 0.0,
            acceleration=acceleration,
            steering_wheel_angle=_NAN,
            lights=0,
        )))
    return made


def _paths(scene: Scene) -> list[tuple[int, Input]]:
    ego = scene.the_ego
    ahead = sending_times(5.0, ego.output.path_horizon)
    made: list[tuple[int, Input]] = []
    for time in sending_times(ego.output.path_rate, scene.duration).tolist():
        states = scene.states('ego', time + ahead)
        stamp = scene.nanoseconds(time)
        made.append((stamp, PlannedPath(
            stamp=stamp,
            time=np.array([scene.nanoseconds(t) for t in states.time.tolist()], np.int64),
            x=states.x - ego.base_link_to_center * np.cos(states.heading),
            y=states.y - ego.base_link_to_center * np.sin(states.heading),
            yaw=states.heading,
        )))
    return made


def _detections(scene: Scene) -> list[tuple[int, Input]]:
    seen = [name for name, actor in scene.actors.items() if actor.seen_by_ego]
    if not seen:
        return []
    output = scene.the_ego.output
    times = sending_times(output.detection_rate, scene.duration)
    numbers = np.arange(len(seen), dtype=np.int32)
    states = {name: scene.states(name, times) for name in seen}
    there = np.stack([scene.present(name, times) for name in seen])
    made: list[tuple[int, Input]] = []
    for row, time in enumerate(times.tolist()):
        stamp = scene.nanoseconds(time)
        received = stamp + round(output.detection_latency * 1e9)
        visible = [number for number in numbers.tolist() if there[number, row]]
        made.append((received, _reports(
            [(number, scene.actors[seen[number]], states[seen[number]]) for number in visible],
            row, stamp, received)))
    return made


def _reports(
    objects: list[tuple[int, Actor, States]], row: int, stamp: int, received: int,
) -> ObjectReports:
    count = len(objects)

    def column(name: str) -> Array:
        return np.array([float(getattr(states, name)[row]) for _, _, states in objects])

    def sizes(name: str) -> Array:
        return np.array([float(getattr(actor.size, name)) for _, actor, _ in objects])

    return ObjectReports(
        frame=np.zeros(count, np.int64),
        sender_id=np.zeros(count, np.uint64),
        object_id=np.array([number for number, _, _ in objects], np.int32),
        subject_id=np.zeros(count, np.uint64),
        source=np.full(count, int(Source.OWN_DETECTION | Source.SENSOR), np.uint16),
        time=np.full(count, stamp, np.int64),
        reception_time=np.full(count, received, np.int64),
        message_count=np.zeros(count, np.uint8),
        x=column('x'), y=column('y'), z=column('z'), heading=column('heading'),
        speed=column('speed'), acceleration=column('acceleration'), yaw_rate=column('yaw_rate'),
        length=sizes('length'), width=sizes('width'), height=sizes('height'),
        object_class=np.array([actor.object_class for _, actor, _ in objects], np.uint8),
        variance_xx=np.full(count, 0.04), variance_xy=np.zeros(count),
        variance_yy=np.full(count, 0.04), speed_deviation=np.full(count, 0.2),
        heading_deviation=np.full(count, 0.02),
        verification=np.zeros(count, np.uint8), signer=np.zeros(count, np.uint64),
        events=np.zeros(count, np.uint16), lights=np.zeros(count, np.uint16),
        emergency=np.zeros(count, np.uint8),
        path_radius=np.full(count, _NAN), path_confidence=np.full(count, _NAN),
    )


def _radio(scene: Scene) -> list[tuple[int, Input]]:
    frames: list[Frame] = []
    map_frame = scene.map_frame()
    numbering = scene.class_numbering
    for number, name in enumerate(('ego', *scene.actors)):
        actor = scene.the_ego if name == 'ego' else scene.actors[name]
        radio = actor.radio
        if radio is None:
            continue
        random = np.random.default_rng([radio.seed, number])
        phase = radio.phase
        if phase is None:
            phase = round(_PHASE_STEP * number % (1.0 / radio.rate), 3)
        times = sending_times(radio.rate, scene.duration, phase)
        times = times[scene.present(name, times)]
        motion = _with_noise(scene, scene.states(name, times), radio, random)
        delay = radio.latency + radio.jitter * random.random(len(times))
        heard = random.random(len(times)) >= radio.loss
        sender = Sender(
            temporary_id=scene.temporary_id(name), signer=scene.signer(name),
            object_class=actor.object_class, length=actor.size.length, width=actor.size.width,
            height=actor.size.height, omit=radio.omit,
            hard_braking_event='events' not in radio.omit,
            numbering=numbering, on_duty=actor.on_duty)
        motion = dataclasses.replace(motion, events=np.array(
            [actor.events_at(time) for time in times.tolist()], np.uint16))
        if actor.indications:
            lights = [INDICATOR_LIGHTS[scene.indicator_at(time, name)] for time in times.tolist()]
            motion = dataclasses.replace(motion, lights=np.array(lights, np.uint16))
        octets = (
            psm_octets(sender, motion, map_frame) if radio.personal
            else bsm_octets(sender, motion, map_frame))
        for row in np.flatnonzero(heard).tolist():
            generated = int(motion.time[row])
            frames.append(Frame(
                generated + round(float(delay[row]) * 1e9), generated, octets[row],
                radio.verification, sender.signer, radio.role,
                PSM_AID if radio.personal else BSM_AID))
    for name in scene.observers:
        frames.extend(observations(scene, name))
    frames.extend(scene.road_side.frames(scene))
    frames.sort(key=lambda frame: frame.reception_time)
    return _batches(frames)


def _with_noise(
    scene: Scene, states: States, radio: Radio, random: np.random.Generator,
) -> Motion:
    noise = random.standard_normal((4, len(states)))
    exact = Motion(
        time=np.array([scene.nanoseconds(t) for t in states.time.tolist()], np.int64),
        x=states.x, y=states.y, z=states.z, heading=states.heading, speed=states.speed,
        acceleration=states.acceleration, yaw_rate=states.yaw_rate)
    return dataclasses.replace(
        exact,
        x=states.x + radio.position_noise * noise[0],
        y=states.y + radio.position_noise * noise[1],
        speed=np.where(
            states.speed == 0.0, 0.0,
            np.copysign(np.abs(states.speed + radio.speed_noise * noise[2]), states.speed)),
        heading=states.heading + radio.heading_noise * noise[3],
    )


def _batches(frames: list[Frame]) -> list[tuple[int, Input]]:
    made: list[tuple[int, Input]] = []
    waiting: list[Frame] = []
    for frame in frames:
        if waiting and frame.reception_time > waiting[0].reception_time + BATCH_WINDOW:
            made.append(_batch(waiting))
            waiting = []
        waiting.append(frame)
    if waiting:
        made.append(_batch(waiting))
    return made


def _batch(frames: list[Frame]) -> tuple[int, Input]:
    log_time = frames[-1].reception_time
    return log_time, batch_of(frames, log_time)
