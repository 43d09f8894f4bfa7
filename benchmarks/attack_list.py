# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Attackers that lie about true motion: the list of VeReMi Extension and those on applications."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.enumerations import VehicleEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PERIOD = 0.1
_OFFSET = 70.0
_SPEED_OFFSET = 7.0
_STALE = 60
_VICTIM = 6
_GHOSTS = 5
_LEAST_STEPS = 15


@dataclass(frozen=True)
class Drive:
    """One vehicle, or what is sent under one id, at instants one period apart or closer.

    Attributes:
        time: (n,) [s].
        x: (n,) [m].
        y: (n,) [m].
        heading: (n,) [rad].
        speed: (n,) [m/s].
        acceleration: (n,) [m/s2].
        yaw_rate: (n,) [rad/s].
        size: Length and width [m].
        events: (n,) event bits.
        name: 0: that of the vehicle itself, else the number of a ghost.
        signer: Likewise the certificate.
    """

    time: Array
    x: Array
    y: Array
    heading: Array
    speed: Array
    acceleration: Array
    yaw_rate: Array
    size: tuple[float, float]
    events: NDArray[np.uint16]
    name: int = 0
    signer: int = 0

    def __len__(self) -> int:
        """Return the number of instants."""
        return len(self.time)

    def take(self, rows: NDArray[np.intp] | slice) -> Drive:
        """Return some instants."""
        return dataclasses.replace(self, **{
            field.name: getattr(self, field.name)[rows]
            for field in dataclasses.fields(self) if field.name not in ('size', 'name', 'signer')
        })


@dataclass(frozen=True)
class Scene:
    """What an attacker has to work with.

    Attributes:
        own: Its true motion from the onset on.
        past: Its true motion before.
        others: What it hears: the true motion of others at the same instants, one at least.
        ego: The motion of its victim at the same instants.
        random: Where its choices come from.
    """

    own: Drive
    past: Drive
    others: Sequence[Drive]
    ego: Drive
    random: np.random.Generator

    def factor(self) -> float:
        """Return the usual spread of a parameter."""
        return float(self.random.uniform(0.45, 1.55))

    def sign(self) -> float:
        """Return 1 or -1."""
        return float(self.random.choice([-1.0, 1.0]))


def _constant_position(scene: Scene) -> list[Drive]:
    east, north = scene.random.uniform(-200.0, 200.0, 2)
    own = scene.own
    return [dataclasses.replace(
        own, x=np.full(len(own), own.x[0] + east), y=np.full(len(own), own.y[0] + north))]


def _constant_position_offset(scene: Scene) -> list[Drive]:
    own = scene.own
    return [dataclasses.replace(
        own, x=own.x + scene.factor() * _OFFSET * scene.sign(),
        y=own.y + scene.factor() * _OFFSET * scene.sign())]


def _random_position(scene: Scene) -> list[Drive]:
    own, draw = scene.own, scene.random.uniform
    return [dataclasses.replace(
        own, x=own.x[0] + draw(-200.0, 200.0, len(own)),
        y=own.y[0] + draw(-200.0, 200.0, len(own)))]


def _random_position_offset(scene: Scene) -> list[Drive]:
    own, draw = scene.own, scene.random.uniform
    return [dataclasses.replace(
        own, x=own.x + draw(-0.5 * _OFFSET, 0.5 * _OFFSET, len(own)),
        y=own.y + draw(-0.5 * _OFFSET, 0.5 * _OFFSET, len(own)))]


def _constant_speed(scene: Scene) -> list[Drive]:
    speed = float(np.hypot(*scene.random.uniform(0.0, 40.0, 2)))
    return [dataclasses.replace(
        scene.own, speed=np.full(len(scene.own), speed),
        acceleration=np.zeros(len(scene.own)))]


def _constant_speed_offset(scene: Scene) -> list[Drive]:
    offset = scene.factor() * _SPEED_OFFSET * scene.sign()
    return [dataclasses.replace(scene.own, speed=np.abs(scene.own.speed + offset))]


def _random_speed(scene: Scene) -> list[Drive]:
    speed = np.hypot(*scene.random.uniform(0.0, 40.0, (2, len(scene.own))))
    return [dataclasses.replace(scene.own, speed=speed)]


def _random_speed_offset(scene: Scene) -> list[Drive]:
    offset = scene.random.uniform(-_SPEED_OFFSET, _SPEED_OFFSET, len(scene.own))
    return [dataclasses.replace(scene.own, speed=np.abs(scene.own.speed + offset))]


def _eventual_stop(scene: Scene) -> list[Drive]:
    own = scene.own
    stops = scene.random.random(len(own)) < 0.05 * scene.factor()
    at = int(stops.argmax()) if stops.any() else min(5, len(own) - 1)
    rows = np.minimum(np.arange(len(own)), at)
    frozen = dataclasses.replace(own.take(rows), time=own.time)
    moving = np.arange(len(own)) < at
    return [dataclasses.replace(
        frozen, speed=np.where(moving, own.speed, 0.0),
        acceleration=np.where(moving, own.acceleration, 0.0),
        yaw_rate=np.where(moving, own.yaw_rate, 0.0))]


def _disruptive(scene: Scene) -> list[Drive]:
    """Send at every instant what a random other sends."""
    return [_patched(scene, scene.random.integers(0, len(scene.others), len(scene.own)))]


def _data_replay(scene: Scene) -> list[Drive]:
    """Send what one victim after the other sends."""
    blocks = -(-len(scene.own) // _VICTIM)
    victims = np.repeat(scene.random.integers(0, len(scene.others), blocks), _VICTIM)
    return [_patched(scene, victims[:len(scene.own)])]


def _patched(scene: Scene, victims: NDArray[np.int64]) -> Drive:
    columns = {}
    for field in ('x', 'y', 'heading', 'speed', 'acceleration', 'yaw_rate'):
        every = np.stack([getattr(other, field) for other in scene.others])
        columns[field] = every[victims, np.arange(len(scene.own))]
    return dataclasses.replace(scene.own, **columns)


def _stale_messages(scene: Scene) -> list[Drive]:
    """Send the own past under the present time."""
    joined = _joined(scene.past, scene.own)
    rows = np.arange(len(scene.own)) + len(scene.past)
    late = joined.take(np.maximum(rows - min(_STALE, len(scene.past)), 0))
    return [dataclasses.replace(late, time=scene.own.time)]


def _joined(first: Drive, second: Drive) -> Drive:
    return dataclasses.replace(second, **{
        field.name: np.concatenate([getattr(first, field.name), getattr(second, field.name)])
        for field in dataclasses.fields(Drive) if field.name not in ('size', 'name', 'signer')
    })


def _denser(drive: Drive, times: int) -> Drive:
    """Return a drive at so many times as many instants, interpolated."""
    time = np.arange(len(drive) * times) * PERIOD / times + drive.time[0]
    columns = {
        field: np.interp(time, drive.time, getattr(drive, field))
        for field in ('x', 'y', 'speed', 'acceleration', 'yaw_rate')
    }
    heading = np.interp(time, drive.time, np.unwrap(drive.heading))
    return dataclasses.replace(
        drive, time=time, heading=heading, events=np.repeat(drive.events, times), **columns)


def _dense_scene(scene: Scene, times: int) -> Scene:
    return dataclasses.replace(
        scene, own=_denser(scene.own, times),
        others=[_denser(other, times) for other in scene.others])


def _flood(scene: Scene) -> list[Drive]:
    return [_denser(scene.own, 4)]


def _flood_random(scene: Scene) -> list[Drive]:
    return _random_position(_dense_scene(scene, 4))


def _flood_disruptive(scene: Scene) -> list[Drive]:
    return _disruptive(_dense_scene(scene, 4))


def _grid_sybil(scene: Scene, *, own_certificates: bool = False) -> list[Drive]:
    own, made = scene.own, [scene.own]
    for number in range(_GHOSTS):
        along = (number // 2 - 1) * 5.0 + (0.0 if number // 2 - 1 else 10.0)
        across = (number % 2 * 2 - 1) * 2.0
        jitter = scene.random.uniform(-0.1, 0.1, (2, len(own)))
        along, across = along + 5.0 * jitter[0], across + 2.0 * jitter[1]
        cosine, sine = np.cos(own.heading), np.sin(own.heading)
        made.append(dataclasses.replace(
            own, x=own.x + along * cosine - across * sine,
            y=own.y + along * sine + across * cosine,
            speed=own.speed * scene.random.uniform(0.95, 1.05, len(own)),
            name=number + 1, signer=number + 1 if own_certificates else 0))
    return made


def _grid_sybil_certified(scene: Scene) -> list[Drive]:
    return _grid_sybil(scene, own_certificates=True)


def _of_many_names(drive: Drive, every: int) -> list[Drive]:
    """Return a drive sent under changing ids, one certificate each."""
    return [
        dataclasses.replace(
            drive.take(slice(begin, begin + every)), name=begin // every + 1,
            signer=begin // every + 1)
        for begin in range(0, len(drive), every)
    ]


def _replay_sybil(scene: Scene) -> list[Drive]:
    return [scene.own, *_of_many_names(_data_replay(scene)[0], _VICTIM)]


def _flood_random_sybil(scene: Scene) -> list[Drive]:
    return [scene.own, *_of_many_names(_random_position(_dense_scene(scene, 2))[0], 20)]


def _flood_disruptive_sybil(scene: Scene) -> list[Drive]:
    return [scene.own, *_of_many_names(_disruptive(_dense_scene(scene, 2))[0], 20)]


def _feigned_braking(scene: Scene) -> list[Drive]:
    """Tell of hard braking in the accelerations, and drive on."""
    own = scene.own
    told = -np.abs(own.acceleration) * scene.random.uniform(2.0, 4.0)
    return [dataclasses.replace(own, acceleration=np.minimum(told, -4.0))]


def _false_event(scene: Scene) -> list[Drive]:
    """Set the flag of hard braking, and drive on."""
    flag = np.full(len(scene.own), int(VehicleEvent.HARD_BRAKING), np.uint16)
    return [dataclasses.replace(scene.own, events=flag)]


def _false_event_frozen(scene: Scene) -> list[Drive]:
    """Set the flag of hard braking, and update the position no more."""
    own = _false_event(scene)[0]
    still = np.zeros(len(own), np.intp)
    return [dataclasses.replace(own, x=own.x[still], y=own.y[still])]


def _ghost(scene: Scene, *, crossing: bool) -> list[Drive]:
    """Let a ghost appear that meets the ego 4 s later, in its lane or across its way."""
    ego, own = scene.ego, scene.own
    heading = float(ego.heading[0]) + (np.pi / 2.0 if crossing else 0.0)
    speed = 12.0 if crossing else max(float(ego.speed[0]) - 8.0, 0.5)
    elapsed = own.time - own.time[0]
    meet = 4.0 * float(ego.speed[0])
    begin = (
        np.array([ego.x[0] + meet * np.cos(ego.heading[0]) - 4.0 * speed * np.cos(heading),
                  ego.y[0] + meet * np.sin(ego.heading[0]) - 4.0 * speed * np.sin(heading)]))
    ghost = dataclasses.replace(
        own, x=begin[0] + speed * elapsed * np.cos(heading),
        y=begin[1] + speed * elapsed * np.sin(heading), heading=np.full(len(own), heading),
        speed=np.full(len(own), speed), acceleration=np.zeros(len(own)),
        yaw_rate=np.zeros(len(own)), name=1, signer=1)
    return [own, ghost]


def _junction_ghost(scene: Scene) -> list[Drive]:
    return _ghost(scene, crossing=True)


def _sudden_appearance(scene: Scene) -> list[Drive]:
    return _ghost(scene, crossing=False)


@dataclass(frozen=True)
class Attack:
    """One kind of attacker.

    Attributes:
        number: That of VeReMi Extension, 0 for others.
        name: Short.
        send: Gives what is sent from the onset on.
        demanded: A position or rate attack, whose recall is demanded.
    """

    number: int
    name: str
    send: Callable[[Scene], list[Drive]]
    demanded: bool = False


ATTACKS = (
    Attack(1, 'constant position', _constant_position, demanded=True),
    Attack(2, 'constant position offset', _constant_position_offset, demanded=True),
    Attack(3, 'random position', _random_position, demanded=True),
    Attack(4, 'random position offset', _random_position_offset, demanded=True),
    Attack(5, 'constant speed', _constant_speed),
    Attack(6, 'constant speed offset', _constant_speed_offset),
    Attack(7, 'random speed', _random_speed),
    Attack(8, 'random speed offset', _random_speed_offset),
    Attack(9, 'eventual stop', _eventual_stop),
    Attack(10, 'disruptive', _disruptive, demanded=True),
    Attack(11, 'data replay', _data_replay, demanded=True),
    Attack(12, 'stale messages, time forged', _stale_messages),
    Attack(13, 'flood', _flood, demanded=True),
    Attack(14, 'flood, random', _flood_random, demanded=True),
    Attack(15, 'flood, disruptive', _flood_disruptive, demanded=True),
    Attack(16, 'grid of ghosts, one certificate', _grid_sybil),
    Attack(16, 'grid of ghosts, own certificates', _grid_sybil_certified),
    Attack(17, 'replay under many ids', _replay_sybil),
    Attack(18, 'flood, random, many ids', _flood_random_sybil, demanded=True),
    Attack(19, 'flood, disruptive, many ids', _flood_disruptive_sybil, demanded=True),
    Attack(0, 'feigned braking', _feigned_braking),
    Attack(0, 'false braking flag', _false_event),
    Attack(0, 'false braking flag, frozen', _false_event_frozen),
    Attack(0, 'ghost at a junction', _junction_ghost),
    Attack(0, 'sudden appearance', _sudden_appearance),
)
"""Every attacker; those of VeReMi Extension by their numbers, 16 in two ways of signing."""
