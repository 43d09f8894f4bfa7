# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Independent judgement of lane changes, passing and turning, from the true motion of a scene.

Blind spots are polygons, passing and clearing are rolled out in small steps, so nothing here
shares a formula with the package.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from shapely import affinity
from shapely.geometry import Polygon, box

from icv_v2x.advisory import Application, Level

if TYPE_CHECKING:
    from judge import Said

    from icv_v2x.scenes import Scene

STEP = 0.01
CYCLE = 0.05


def said_of(said: list[Said], application: Application, subject: str) -> list[Said]:
    """Return what one application said of one subject."""
    return [
        s for s in said
        if s.advisory.application == application and subject in s.advisory.subject_ids
    ]


def first_at(said: list[Said], level: Level) -> Said | None:
    """Return the first advisory at a level or above."""
    return next((s for s in said if s.advisory.level >= level), None)


def highest(said: list[Said]) -> Level:
    """Return the highest level reached."""
    return max((s.advisory.level for s in said), default=Level.NONE)


def outline(scene: Scene, name: str, time: float) -> Polygon:
    """Return the footprint of a road user."""
    actor = scene.the_ego if name == 'ego' else scene.actors[name]
    state = scene.states(name, time)
    length, width = actor.size.length, actor.size.width
    shape = box(-0.5 * length, -0.5 * width, 0.5 * length, 0.5 * width)
    turned = affinity.rotate(shape, float(state.heading[0]), origin=(0, 0), use_radians=True)
    return affinity.translate(turned, float(state.x[0]), float(state.y[0]))


def in_blind_spot(scene: Scene, name: str, time: float) -> bool:
    """Whether a vehicle is 0.5 to 3 m beside, from the mirror to 3 m behind the tail."""
    ego, state = scene.the_ego, scene.states('ego', time)
    back, front = -0.5 * ego.size.length - 3.0, 0.5 * ego.size.length - 2.0
    side = 0.5 * ego.size.width
    other = outline(scene, name, time)
    for sign in (1.0, -1.0):
        def place(near: float, far: float, sign: float = sign) -> Polygon:
            zone = box(back, min(sign * near, sign * far), front, max(sign * near, sign * far))
            zone = affinity.rotate(zone, float(state.heading[0]), origin=(0, 0), use_radians=True)
            return affinity.translate(zone, float(state.x[0]), float(state.y[0]))

        if other.intersects(place(side + 0.5, side + 3.0)) and not other.intersects(
            place(0.0, side + 0.5)
        ):
            return True
    return False


def first_true(condition: list[bool], times: np.ndarray) -> float:
    """Return the first time at which a condition holds, inf where it never does."""
    return next(
        (float(t) for t, holds in zip(times, condition, strict=True) if holds), math.inf)


def passing_time(gap: float, speed: float, leader: float, lengths: float, limit: float) -> float:
    """Return how long passing takes, rolled out: 1.5 m/s2 up to the limit, 1.0 s ahead."""
    time, own, way = 0.0, speed, 0.0
    while way - leader * time < gap + lengths + leader:
        way += own * STEP
        own = min(own + 1.5 * STEP, max(limit, speed))
        time += STEP
        if time > 60.0:
            return math.inf
    return time


def meeting_time(gap: float, speed: float, other: float, limit: float) -> float:
    """Return when a passing ego meets an oncoming vehicle, rolled out."""
    time, own, way = 0.0, speed, 0.0
    while way + other * time < gap:
        way += own * STEP
        own = min(own + 1.5 * STEP, max(limit, speed))
        time += STEP
    return time


class Crossing:
    """The ego's turn and one straight oncoming lane, judged from sampled outlines.

    Attributes:
        entry: [s] when the ego enters the swept path of the oncoming vehicle.
        leave: [s] when it has left it.
        front: [m] where the zone begins along the oncoming way from its start, and where it ends.
    """

    def __init__(self, scene: Scene, name: str) -> None:
        """Sample the ego's way through the lane; the other drives straight on."""
        self._scene, self._name = scene, name
        start = scene.states(name, 0.0)
        origin = np.array([start.x[0], start.y[0]])
        heading = float(start.heading[0])
        along = np.array([math.cos(heading), math.sin(heading)])
        across = np.array([-along[1], along[0]])
        half = 0.5 * scene.actors[name].size.width
        self.times = np.arange(0.0, scene.duration + 6.0, STEP)
        inside, reach = [], []
        for time in self.times:
            corners = np.array(outline(scene, 'ego', float(time)).exterior.coords) - origin
            aside = corners @ across
            hit = aside.min() < half and aside.max() > -half
            inside.append(hit)
            if hit:
                way = corners @ along
                reach += [way.min(), way.max()]
        rows = np.flatnonzero(inside)
        self.entry, self.leave = float(self.times[rows[0]]), float(self.times[rows[-1]])
        self.near, self.far = min(reach), max(reach)
        state = scene.states('ego', self.times)
        step = np.hypot(np.diff(state.x), np.diff(state.y))
        self._way = np.concatenate(([0.0], np.cumsum(step)))
        self._speed = state.speed

    def other_inside(self) -> tuple[float, float]:
        """Return when the oncoming vehicle enters and leaves the zone [s]."""
        actor = self._scene.actors[self._name]
        speed = float(self._scene.states(self._name, 0.0).speed[0])
        half = 0.5 * actor.size.length
        return (self.near - half) / speed, (self.far + half) / speed

    def rule_start(self, *, since: float = 0.0) -> float:
        """Return when WARNING first holds for an ego that knows its way [s]."""
        arrives, gone = self.other_inside()
        end = self._way[np.searchsorted(self.times, self.leave)]
        for row in range(0, len(self.times), 2):
            time = float(self.times[row])
            if time < since or self._speed[row] <= 0.5:
                continue
            left, own, clear = end - self._way[row], float(self._speed[row]), 0.0
            while left > 0.0:
                left -= own * STEP
                own += 2.0 * STEP
                clear += STEP
            if arrives - time <= clear + 1.0 and gone - time >= self.entry - time - 1.0 and (
                gone > time
            ):
                return time
        return math.inf
