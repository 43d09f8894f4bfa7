# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Every IMMINENT carries a profile; a planner that follows it does not touch anybody."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from judge import Said, advisories

from icv_v2x.advisory import Level
from icv_v2x.scenes import Scene, States, kmh
from icv_v2x.scenes.truth import rectangle_distance

ALONE = {'trust.second_source': False}


def standing(scene: Scene) -> None:
    scene.ego(speed=kmh(60))
    scene.car('other', ahead=60.0, speed=0.0)


def slower(scene: Scene) -> None:
    scene.ego(speed=kmh(80))
    scene.car('other', ahead=50.0, speed=kmh(20))


def braking(scene: Scene) -> None:
    scene.ego(speed=kmh(70))
    scene.car('other', ahead=25.0, speed=kmh(70)).keep(1.0).brake(6.0)


def crossing(scene: Scene) -> None:
    scene.ego(speed=kmh(50))
    scene.crossing('other', speed=kmh(40), at=4.0 * kmh(50), angle=np.pi / 2)


def oncoming(scene: Scene) -> None:
    scene.ego(speed=kmh(50))
    scene.car('other', ahead=120.0, speed=kmh(50), heading=np.pi)


def imminent(said: list[Said]) -> list[Said]:
    """Return what was said at IMMINENT with a conflict that is still predicted."""
    return [
        s for s in said
        if s.advisory.level == Level.IMMINENT
        and not s.advisory.reason.startswith('No conflict')]


def driven(scene: Scene, said: Said) -> States:
    """Return the ego as it drives the profile of an advisory from its instant on."""
    profile = said.advisory
    time = np.arange(0.0, profile.stop_profile_time[-1], 0.01)
    speed = np.interp(time, profile.stop_profile_time, profile.stop_profile_speed)
    way = np.concatenate(([0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * 0.01)))
    start = scene.states('ego', np.array([said.time]))
    none = np.zeros(len(time))
    return States(
        time=said.time + time, x=start.x[0] + way * np.cos(start.heading[0]),
        y=start.y[0] + way * np.sin(start.heading[0]), z=none, heading=none + start.heading[0],
        speed=speed, acceleration=none, yaw_rate=none)


@pytest.mark.parametrize('sketch', [standing, slower, braking, crossing])
def test_who_follows_the_first_profile_touches_nobody(
    sketch: Callable[[Scene], None]
) -> None:
    scene = Scene(duration=7.0)
    sketch(scene)
    scene = scene.placed(rotation=0.7)
    first = imminent(advisories(scene, **ALONE))[0]
    ego, other = scene.the_ego.size, scene.actors['other'].size
    mine = driven(scene, first)
    theirs = scene.states('other', mine.time)
    distance = rectangle_distance(
        mine, (ego.length, ego.width), theirs, (other.length, other.width))
    assert distance.min() > 0.0
    assert first.advisory.stop_profile_speed[0] == pytest.approx(
        scene.states('ego', np.array([first.time])).speed[0], abs=0.1)
    rates = np.diff(first.advisory.stop_profile_speed) / np.diff(first.advisory.stop_profile_time)
    assert -rates.min() >= first.advisory.required_deceleration - 0.05


@pytest.mark.parametrize('sketch', [standing, braking, crossing, oncoming])
def test_every_imminent_has_a_profile_and_nothing_else_has(
    sketch: Callable[[Scene], None]
) -> None:
    scene = Scene(duration=7.0)
    sketch(scene)
    said = advisories(scene, **ALONE)
    assert imminent(said)
    for one in said:
        advisory = one.advisory
        assert bool(advisory.stop_profile_time) == (one in imminent(said))
        assert len(advisory.stop_profile_time) == len(advisory.stop_profile_speed)
        if advisory.stop_profile_time:
            assert advisory.stop_profile_time[0] == 0.0
            assert advisory.stop_profile_speed[-1] == 0.0


def test_against_oncoming_traffic_the_profile_brakes_as_hard_as_allowed() -> None:
    scene = Scene(duration=7.0)
    oncoming(scene)
    advisory = imminent(advisories(scene, **ALONE, **{'stop.deceleration': 7.0}))[0].advisory
    rates = np.diff(advisory.stop_profile_speed) / np.diff(advisory.stop_profile_time)
    assert rates.min() == pytest.approx(-7.0, abs=1e-3)
