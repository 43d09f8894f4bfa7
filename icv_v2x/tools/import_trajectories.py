# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A trajectory set becomes a bag, one vehicle as the ego, the others on air."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Gear, Indicator, Odometry, SignerRole, VehicleStatus, Verification
from icv_v2x.interchange import BagError, BagWriter
from icv_v2x.interchange.broadcast import Frame, Motion, Sender, batch_of, bsm_octets
from icv_v2x.interchange.parameter_text import parameter_path, parameter_text
from icv_v2x.message_set import MessageError
from icv_v2x.tools.errors import SourceError

if TYPE_CHECKING:
    from icv_v2x.interchange import Input
    from icv_v2x.tools.trajectories import Recording, Trajectory

EPOCH = 1_748_764_800_000_000_000
"""Time 0 of every source: 2025-06-01T08:00:00Z in ns since the Unix epoch."""
LATENCY = 20_000_000
"""From generation to reception of every frame [ns]."""
DEFAULT_PLACE = (39.7950, 116.5060)
"""Latitude and longitude [deg] of the origin where a source names none: Yizhuang, Beijing."""
SENDER_PREFIX = 0x4943_5600_0000_0000
"""Temporary id of a vehicle: these octets, the last four taken by its number."""
SIGNER_PREFIX = 0x5349_474E_0000_0000
"""Certificate digest of a vehicle, likewise."""

_SECOND = 1_000_000_000
_MILLISECOND = 1_000_000
_SHORTEST_INTERVAL = 0.05
_LATEST = 1e8


@dataclass(frozen=True)
class Imported:
    """What an import wrote.

    Attributes:
        ego: Id of the ego in the source.
        vehicles: Number of vehicles on air.
        frames: Number of frames.
        duration: [s] that the ego was observed.
        parameters: The parameter file.
    """

    ego: str
    vehicles: int
    frames: int
    duration: float
    parameters: Path


def write(
    recording: Recording, ego: Trajectory, path: Path, *, replace: bool = False,
) -> Imported:
    """Write a recording as a bag with its parameter file beside it.

    Args:
        recording: The traffic.
        ego: One of its vehicles.
        path: Directory to make.
        replace: Remove a bag of that name first.

    Returns:
        What was written.

    Raises:
        SourceError: Two vehicles would get the same temporary id, a time is out of reach, or a
            vehicle does something that no message can say.
        BagError: The bag cannot be written.
    """
    _check(recording)
    place = (recording.latitude, recording.longitude)
    latitude, longitude = (
        DEFAULT_PLACE if place[0] is None or place[1] is None else (place[0], place[1]))
    numbers = vehicle_numbers([trajectory.name for trajectory in recording.trajectories])
    others = [trajectory for trajectory in recording.trajectories if trajectory is not ego]
    frames = radio_frames(others, numbers, MapFrame(latitude, longitude, 0.0))
    timed: list[tuple[int, Input]] = [*ego_inputs(ego), *_batches(frames)]
    timed.sort(key=lambda item: item[0])
    plain = Path(path)
    parameters = parameter_path(plain)
    with BagWriter(plain, replace=replace, simulated=recording.simulated) as bag:
        for log_time, record in timed:
            bag.write(log_time, record)
    try:
        parameters.write_text(
            _parameters(ego, (latitude, longitude), numbers), encoding='utf-8')
    except OSError as error:
        raise BagError(f'cannot write {parameters}: {error.strerror}') from error
    return Imported(ego.name, len(others), len(frames), ego.duration, parameters)


def vehicle_numbers(names: list[str]) -> dict[str, int]:
    """Return the 32-bit number of every vehicle.

    A name that is a number below 2**32 stays that number; of any other the CRC-32 is taken.

    Args:
        names: Ids of the source, unique.

    Returns:
        Name to number.

    Raises:
        SourceError: Two names come to the same number.
    """
    numbers: dict[str, int] = {}
    owners: dict[int, str] = {}
    for name in names:
        plain = name.isascii() and name.isdigit() and int(name) < 2**32
        number = int(name) if plain else zlib.crc32(name.encode('utf-8'))
        if number in owners:
            raise SourceError(
                f'vehicles {owners[number]} and {name} would get the same temporary id; '
                'rename one of them')
        owners[number] = name
        numbers[name] = number
    return numbers


def radio_frames(
    vehicles: list[Trajectory], numbers: dict[str, int], map_frame: MapFrame,
) -> list[Frame]:
    """Return what vehicles send: one basic safety message per sample, at most 20 a second.

    Args:
        vehicles: Who sends.
        numbers: Name to number.
        map_frame: Where their coordinates lie on earth.

    Returns:
        The frames in the order of their reception, those of one instant in that of the vehicles.

    Raises:
        SourceError: A vehicle does something that no message can say.
    """
    frames: list[Frame] = []
    for vehicle in vehicles:
        number = numbers[vehicle.name]
        rows = _thinned(vehicle.time)
        height = np.full(len(vehicle), math.nan) if vehicle.z is None else vehicle.z
        motion = Motion(
            time=_stamps(vehicle.time[rows]), x=vehicle.x[rows], y=vehicle.y[rows],
            z=height[rows], heading=vehicle.heading[rows], speed=vehicle.speed[rows],
            acceleration=vehicle.acceleration[rows], yaw_rate=vehicle.yaw_rate()[rows])
        sender = Sender(
            temporary_id=SENDER_PREFIX + number, signer=SIGNER_PREFIX + number,
            object_class=vehicle.object_class, length=vehicle.length, width=vehicle.width)
        try:
            octets = bsm_octets(sender, motion, map_frame)
        except MessageError as error:
            raise SourceError(f'vehicle {vehicle.name} cannot be sent: {error}') from error
        frames.extend(
            Frame(time + LATENCY, time, frame, Verification.VERIFIED, sender.signer,
                  SignerRole.VEHICLE)
            for time, frame in zip(motion.time.tolist(), octets, strict=True))
    frames.sort(key=lambda frame: frame.reception_time)
    return frames


def ego_inputs(ego: Trajectory) -> list[tuple[int, Input]]:
    """Return odometry, and status where the acceleration is known, at every sample.

    base_link lies at the centre of the box, as the sources give that.

    Args:
        ego: The ego.

    Returns:
        (log time [ns], record).
    """
    yaw_rate = ego.yaw_rate()
    height = np.zeros(len(ego)) if ego.z is None else ego.z
    made: list[tuple[int, Input]] = []
    for row, stamp in enumerate(_stamps(ego.time).tolist()):
        made.append((stamp, Odometry(
            stamp=stamp, frame_id='map', x=float(ego.x[row]), y=float(ego.y[row]),
            z=float(height[row]), yaw=float(ego.heading[row]),
            velocity_x=float(ego.speed[row]), velocity_y=0.0, yaw_rate=float(yaw_rate[row]))))
        acceleration = float(ego.acceleration[row])
        if math.isfinite(acceleration):
            made.append((stamp, VehicleStatus(
                stamp=stamp, indicator=Indicator.NONE, gear=Gear.UNAVAILABLE, brake=None,
                acceleration=acceleration, steering_wheel_angle=math.nan, lights=0)))
    return made


def _check(recording: Recording) -> None:
    for one in recording.trajectories:
        latest = max(abs(float(one.time[0])), abs(float(one.time[-1])))
        if latest > _LATEST:
            raise SourceError(
                f'vehicle {one.name} is observed at {latest:g} s; times count in seconds from the '
                f'start of the recording, {_LATEST:g} at most')
        if one.length <= 0.0 or one.width <= 0.0:
            raise SourceError(
                f'vehicle {one.name} is {one.length:g} m long and {one.width:g} m wide')


def _batches(frames: list[Frame]) -> list[tuple[int, Input]]:
    instants: dict[int, list[Frame]] = {}
    for frame in frames:
        instants.setdefault(frame.reception_time, []).append(frame)
    return [(time, batch_of(together, time)) for time, together in instants.items()]


def _stamps(time: np.ndarray) -> np.ndarray:
    # A message's time mark has steps of a millisecond; odometry keeps in step with it.
    milliseconds = np.round(np.asarray(time) * 1e3).astype(np.int64)
    return EPOCH + milliseconds * _MILLISECOND


def _thinned(time: np.ndarray) -> np.ndarray:
    step = float(np.median(np.diff(time))) if len(time) > 1 else _SHORTEST_INTERVAL
    every = max(1, math.ceil(_SHORTEST_INTERVAL / step - 1e-6))
    return np.arange(0, len(time), every)


def _parameters(
    ego: Trajectory, place: tuple[float, float], numbers: dict[str, int],
) -> str:
    comments = ['Written by icv-v2x import. Temporary id = vehicle of the source:']
    comments += [
        f'  {SENDER_PREFIX + number:016X} = {_printable(name)}' for name, number in numbers.items()
    ]
    return parameter_text({
        'map_origin.latitude': float(place[0]),
        'map_origin.longitude': float(place[1]),
        'map_origin.altitude': 0.0,
        'vehicle.length': round(ego.length, 4),
        'vehicle.width': round(ego.width, 4),
        'vehicle.base_link_to_center': 0.0,
        'vehicle.temporary_id': f'{SENDER_PREFIX + numbers[ego.name]:016X}',
    }, comments)


def _printable(name: str) -> str:
    return ''.join(character if character.isprintable() else '?' for character in name)
