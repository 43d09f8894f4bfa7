# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the warnings of what the road side tells share: levels by distance, and candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, since
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.conflict import required_deceleration_stopping
from icv_v2x.inputs import Verification
from icv_v2x.scenarios.conflicts import emergency_deceleration
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from icv_v2x.scenarios.road_scene import RoadScene


def hazard_level(scene: RoadScene, distance: float, ease: float) -> Level:
    """Return the level of a hazard that stands in the own lane.

    CAUTION by distance, WARNING by the rule that FCW has for what stands.

    Args:
        scene: The instant.
        distance: [m] from the ego's front.
        ease: 1 for the entry thresholds, less for those of the exit.
    """
    parameters, ego = scene.parameters, scene.ego
    speed = max(ego.speed, 0.0)
    reach = parameters.hazard.caution_time * speed + (
        speed**2 / (2.0 * parameters.hazard.caution_deceleration))
    later, now = (
        float(np.atleast_1d(required_deceleration_stopping(
            distance, speed, ego.acceleration, delay))[0])
        for delay in (parameters.collision.warning_delay, 0.0))
    strong = emergency_deceleration(parameters) * ease
    warns = gates.at_least(Level.WARNING, 'a_req of WARNING [m/s2]', later, strong)
    warns &= gates.at_least(
        Level.WARNING, 'a_req now [m/s2]', now, parameters.fcw.deceleration_steady * ease)
    near = gates.at_most(Level.CAUTION, 'distance [m]', distance * ease, reach)
    if warns:
        return Level.WARNING
    return Level.CAUTION if near else Level.INFO


def hazard_levels(
    scene: RoadScene, distance: float, *, own_lane: bool, reached: bool = False
) -> tuple[Level, Level]:
    """Return the levels of a hazard ahead by the entry and by the exit thresholds.

    Args:
        scene: The instant.
        distance: [m] from the ego's front to what it must not run into; negative: it is in it.
        own_lane: It concerns the own lane; else it is worth knowing only.
        reached: The ego is where the hazard is, so that nothing is left to stop for.
    """
    if not gates.holds(Level.CAUTION, 'concerns the own lane', own_lane):
        return Level.INFO, Level.INFO
    if reached:
        return Level.CAUTION, Level.CAUTION
    margin = scene.parameters.collision.exit_margin
    entry = hazard_level(scene, max(distance, 0.0), 1.0)
    return entry, max(entry, hazard_level(scene, max(distance, 0.0), margin))


def hazard_rule(
    application: Application, level: Level, *, own_lane: bool, reached: bool = False
) -> LevelRule:
    """Return what decided a level that `hazard_levels` gave.

    Args:
        application: Application that speaks.
        level: By the entry thresholds.
        own_lane: As for the levels.
        reached: Likewise.
    """
    if not own_lane:
        return LevelRule.of(application, 'beside')
    if reached:
        return LevelRule.of(application, 'here')
    return LevelRule.of(
        application, 'required_deceleration' if level >= Level.WARNING else 'distance')


def within_reach(scene: RoadScene, distance: float) -> bool:
    """Return whether what is so far ahead [m] is spoken of yet."""
    hazard = scene.parameters.hazard
    near = gates.at_most(
        gates.SELECTED, 'either: distance [m]', distance, hazard.info_distance)
    soon = gates.at_most(
        gates.SELECTED, 'or: distance, within the time of INFO [m]', distance,
        hazard.info_time * max(scene.ego.speed, 0.0))
    return near or soon


def told(
    application: Application,
    scene: RoadScene,
    row: int,
    *,
    levels: tuple[Level, Level],
    rule: LevelRule,
    reason: str,
    action: Action = Action.MONITOR,
    **figures: Any,
) -> Advisory:
    """Return the candidate of one event, with what is known of its ground.

    Args:
        application: Application that speaks.
        scene: The instant.
        row: Row of the event.
        levels: Level by the entry and by the exit thresholds.
        rule: That decided them.
        reason: One sentence with the numbers that decided.
        action: What is advised.
        **figures: Further fields of the advisory, by their names.
    """
    events = scene.events
    entry, leave = levels
    of_lane = events.kind[row] == RoadEventKind.LANE
    event = since(
        InputKind.RSC if of_lane else InputKind.RSI, int(events.time[row]), scene.stamp)
    # Nobody collides with a sign.
    place = (events.x, events.y, events.z) if events.kind[row] == RoadEventKind.EVENT else None
    x, y, z = (NAN, NAN, NAN) if place is None else (float(column[row]) for column in place)
    return Advisory(
        application=application,
        level=entry,
        exit_level=max(entry, leave),
        action=action,
        subject_ids=(events.name(row),),
        reason=reason,
        conflict_x=x,
        conflict_y=y,
        conflict_z=z,
        probability=float(events.confidence[row]),
        data_age=max(event.age, scene.ego.age),
        verified=bool(events.verification[row] == Verification.VERIFIED),
        corroborated=bool(events.corroborated[row]),
        rule=rule.value,
        **decided_by(event, of_ego(scene.ego)),
        **figures,
    )


def needed_deceleration(scene: RoadScene, distance: float) -> float:
    """Return the deceleration that stops the ego before a place [m/s2], NaN where it is there."""
    if distance <= 0.0:
        return NAN
    speed = max(scene.ego.speed, 0.0)
    return speed**2 / (2.0 * distance)
