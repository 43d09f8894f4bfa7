# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Independent judgement of scenes: when the rules first hold on the true motion, what was said.

A required deceleration of at least b is judged by rolling out braking at b in small steps and
looking for contact, so nothing here shares a formula with the package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from shapely.geometry import Polygon

from icv_v2x.advisory import Level
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind
from icv_v2x.advisory.types import Scenario
from icv_v2x.pipeline import Pipeline
from icv_v2x.scenes import run

if TYPE_CHECKING:
    from icv_v2x.advisory import Advisory
    from icv_v2x.scenes import Scene

COLLISION = (Scenario.EMERGENCY_COLLISION_AVOIDANCE, Scenario.VRU_COLLISION_AVOIDANCE)
EMERGENCY = 5.0
STEP = 0.005
HORIZON = 16.0
SILENCE = {'cycle__rate': 10.0}
"""For scenes in which nothing may be said: WARNING lasts half a second once entered, so that ten
looks a second see every one, at half the cost of twenty."""


@dataclass(frozen=True)
class Said:
    """One advisory at WARNING or above, or one below it, at a time of the scene [s]."""

    time: float
    advisory: Advisory


def accounts_for_itself(advisory: Advisory) -> None:
    """Assert that an advisory names the rule and the inputs that decided it."""
    rule = LevelRule(advisory.rule)
    assert rule.value.startswith(f'{advisory.application.name}.'), advisory
    ages = dict(zip(advisory.source_kinds, advisory.source_ages, strict=True))
    assert set(ages) <= {kind.value for kind in InputKind}
    assert InputKind.EGO.value in ages
    assert len(ages) == len(advisory.source_kinds) > 1
    assert all(age >= 0.0 for age in ages.values())
    if advisory.scenario in COLLISION:
        assert advisory.data_age == max(ages.values())


def advisories(scene: Scene, **overrides: object) -> list[Said]:
    """Return all that was said, in order; conservation of frames is checked on the way."""
    pipeline = Pipeline(scene.parameters(**overrides))
    said = [
        Said(step.time, advisory)
        for step in run(scene, pipeline) for advisory in step.cycle.advisories
    ]
    counters = pipeline.counters
    assert counters.received == counters.accepted + sum(counters.rejected.values())
    for one in said:
        accounts_for_itself(one.advisory)
    return said


def first_warning(said: list[Said], subject: str) -> Said | None:
    """Return the first WARNING about a subject."""
    return next(
        (s for s in said
         if s.advisory.level >= Level.WARNING and subject in s.advisory.subject_ids),
        None,
    )


def warned(said: list[Said]) -> list[str]:
    """Return what was said at WARNING or above, readable in a failed assertion."""
    return [
        f'{s.time:.2f} s {s.advisory.application.name} {s.advisory.level.name}: '
        f'{s.advisory.reason}'
        for s in said if s.advisory.level >= Level.WARNING
    ]


def following_rule_holds(
    gap: float, speed: float, acceleration: float, lead_speed: float, lead_acceleration: float
) -> bool:
    """Whether the complete WARNING rule of FCW holds for a leader in the own lane."""
    def touches(lead: float, braking: float, delay: float) -> bool:
        time = np.arange(0.0, HORIZON, STEP)
        own = np.where(time < delay, acceleration, -braking)
        own_speed = np.maximum(speed + np.cumsum(own) * STEP - own[0] * STEP, 0.0)
        other = np.maximum(lead_speed + lead * time, 0.0)
        way = np.concatenate([[0.0], np.cumsum((other - own_speed)[:-1] * STEP)])
        return bool(np.any(gap + way < -1e-3))

    steady = touches(0.0, EMERGENCY - 1e-3, 1.7) and touches(0.0, 1.5 - 1e-3, 0.0)
    rate = min(lead_acceleration, 0.0)
    braking = touches(rate, EMERGENCY - 1e-3, 1.7) and touches(rate, 3.0 - 1e-3, 0.0)
    return steady or braking


def following_start(scene: Scene, name: str) -> float:
    """Return when the complete WARNING rule of FCW first holds on the true motion [s]."""
    ego, other = scene.the_ego, scene.actors[name]
    times = np.arange(0.0, scene.duration, 0.02)
    mine, theirs = scene.states('ego', times), scene.states(name, times)
    along = (theirs.x - mine.x) * np.cos(mine.heading) + (theirs.y - mine.y) * np.sin(mine.heading)
    gaps = along - 0.5 * (ego.size.length + other.size.length)
    for row, time in enumerate(times):
        if gaps[row] <= 0.0:
            return float(time)
        # Nothing happens with a steady gap; the rollouts are only worth it when closing.
        if mine.speed[row] <= theirs.speed[row] and theirs.acceleration[row] >= 0.0:
            continue
        if following_rule_holds(
            gaps[row], mine.speed[row], mine.acceleration[row],
            theirs.speed[row], theirs.acceleration[row],
        ):
            return float(time)
    return math.inf


def _swept(scene: Scene, name: str) -> Polygon:
    """Return the area that a road user on a straight line sweeps over the scene."""
    actor = scene.the_ego if name == 'ego' else scene.actors[name]
    ends = scene.states(name, np.array([0.0, scene.duration]))
    heading = float(ends.heading[0])
    forward = np.array([math.cos(heading), math.sin(heading)])
    left = np.array([-forward[1], forward[0]])
    begin = np.array([ends.x[0], ends.y[0]]) - forward * 0.5 * actor.size.length
    end = np.array([ends.x[1], ends.y[1]]) + forward * 0.5 * actor.size.length
    half = left * 0.5 * actor.size.width
    return Polygon([begin + half, begin - half, end - half, end + half])


def zone_entry(scene: Scene, name: str) -> float:
    """Return when the ego's front enters the conflict zone, both at constant speed [s]."""
    zone = _swept(scene, 'ego').intersection(_swept(scene, name))
    start = scene.states('ego', np.zeros(1))
    heading, speed = float(start.heading[0]), float(start.speed[0])
    forward = np.array([math.cos(heading), math.sin(heading)])
    corners = np.array(zone.exterior.coords) - np.array([start.x[0], start.y[0]])
    return float((corners @ forward).min() - 0.5 * scene.the_ego.size.length) / speed


def crossing_time_to_warn(speed: float) -> float:
    """Return T_W of crossing traffic: time to the zone at which W first holds [s]."""
    return 1.7 + speed / (2.0 * EMERGENCY)
