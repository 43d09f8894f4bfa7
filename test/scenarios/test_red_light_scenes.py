# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Red lights: warned while a comfortable stop is possible, silent otherwise, never on a doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pytest
from strategies.street import TURNS, Street, straight

from icv_v2x.advisory.types import Action, Advisory, Level
from icv_v2x.inputs import Indicator, Verification
from icv_v2x.interchange.signal_plans import State
from icv_v2x.message_set.records.map_common import AllowedManeuver
from icv_v2x.scenarios import rlvw
from icv_v2x.scenarios.signal_approach import signal_of_name
from icv_v2x.translate.signal_reports import Light

RED, YELLOW, GREEN = Light.RED, Light.YELLOW, Light.PROTECTED_GREEN
STEP = 0.1
SPEEDS = [20, 35, 50, 60, 70]

Plan = Sequence[tuple[Light, float]]


class Said(NamedTuple):
    """One candidate with where the ego's front was and how fast it was."""

    time: float
    left: float
    speed: float
    advisory: Advisory


def states(plan: Plan, time: float) -> list[State]:
    """Return the rest of a plan of lights and durations that begins at 0."""
    found, begin = [], 0.0
    for light, duration in plan:
        if begin + duration > time + 1e-9:
            start = max(begin - time, 0.0)
            end = begin + duration - time
            found.append(State(light, start, end, end, end))
        begin += duration
    return found


def drive(
    speed: float, distance: float, plan: Plan, *, surface: str = 'dry',
    brake: Callable[[float, float], float] = lambda _time, _left: 0.0,
    heard: Callable[[float], bool] = lambda _time: True, duration: float = 40.0,
) -> list[Said]:
    """Drive towards a stop line; `brake` gives the deceleration by time and distance left."""
    street = Street(straight([300.0]), rlvw__surface=surface)
    front, said = 300.0 - distance, []
    for step in range(round(duration / STEP)):
        time = step * STEP
        if front >= 300.0 or (speed <= 0.0 and said):
            break
        if step % 2 == 0 and heard(time):
            street.say(time, {1: states(plan, time)})
        braking = brake(time, 300.0 - front) if speed > 0.0 else 0.0
        scene = street.scene(time, front, speed, acceleration=-braking)
        said += [Said(time, 300.0 - front, speed, advisory)
                 for advisory in rlvw.assess(scene, scene.parameters)]
        following = max(speed - braking * STEP, 0.0)
        front += 0.5 * (speed + following) * STEP
        speed = following
    return said


def warnings(said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.advisory.level >= Level.WARNING]


@pytest.mark.parametrize('surface', ['dry', 'wet'])
@pytest.mark.parametrize('kilometres', SPEEDS)
def test_a_red_light_is_warned_of_while_a_comfortable_stop_is_possible(
    kilometres: int, surface: str,
) -> None:
    speed = kilometres / 3.6
    said = drive(speed, 3.5 * speed + speed**2 / 3.0, [(RED, 60.0)], surface=surface)
    first = warnings(said)[0]
    grip = 0.7 if surface == 'wet' else 1.0
    rule = 1.5 * speed + speed**2 / (6.0 * grip)
    assert rule - 1.05 * speed * STEP <= first.left <= rule
    # Who reacts within a second stops at 3 m/s2 or less in the dry, at 70 % of it in the wet.
    assert speed**2 / (2.0 * (first.left - 1.0 * speed)) <= 3.0 * grip
    assert first.advisory.action == Action.SLOW_DOWN
    assert first.advisory.stop_profile_speed[-1] == 0.0
    assert first.advisory.required_deceleration == pytest.approx(
        speed**2 / (2.0 * first.left), rel=1e-3)
    levels = [one.advisory.level for one in said]
    assert levels == sorted(levels)
    caution = next(one for one in said if one.advisory.level == Level.CAUTION)
    assert caution.left == pytest.approx(2.5 * speed + speed**2 / (5.0 * grip), abs=speed * STEP)


@pytest.mark.parametrize('surface', ['dry', 'wet'])
@pytest.mark.parametrize('kilometres', SPEEDS)
@pytest.mark.parametrize('case', ['clears', 'turns green', 'brakes', 'passes yellow'])
def test_nothing_is_warned_of_where_the_ego_clears_or_stops(
    kilometres: int, surface: str, case: str,
) -> None:
    speed = kilometres / 3.6
    grip = 0.7 if surface == 'wet' else 1.0
    distance = 3.5 * speed + speed**2 / 3.0
    arrival = distance / speed
    if case == 'clears':
        said = drive(speed, distance, [(GREEN, arrival + 0.5), (YELLOW, 3.0), (RED, 9.0)],
                     surface=surface)
    elif case == 'turns green':
        said = drive(speed, distance, [(RED, arrival - 0.5), (GREEN, 30.0)], surface=surface)
    elif case == 'brakes':
        # Begins before CAUTION, at a comfortable rate, and stops 3 m before the line.
        begin = 1.5 * speed + speed**2 / (5.0 * grip) + 4.0
        rate = speed**2 / (2.0 * (begin - 3.0))
        said = drive(
            speed, begin + speed, [(RED, 90.0)], surface=surface,
            brake=lambda _, left: rate if left <= begin else 0.0)
    else:
        near = 0.9 * (speed + speed**2 / (10.0 * grip))
        until = (distance - near) / speed
        said = drive(speed, distance, [(GREEN, until), (YELLOW, 5.0), (RED, 20.0)],
                     surface=surface)
        # The signal tells ahead that yellow comes; it may warn until it is too near to stop.
        said = [one for one in said if one.left < near]
        assert near / speed < 5.0
    assert said
    assert warnings(said) == []


def test_a_yellow_is_warned_of_where_a_stop_is_possible() -> None:
    speed = 60 / 3.6
    said = drive(speed, 120.0, [(GREEN, (120.0 - 60.0) / speed), (YELLOW, 3.0), (RED, 30.0)])
    first = warnings(said)[0]
    assert first.left <= 1.5 * speed + speed**2 / 6.0
    assert all(one.left > speed + speed**2 / 10.0 or one.time > (120.0 - 60.0) / speed + 3.0
               for one in warnings(said))


def test_the_countdown_runs_and_ends_with_the_signal() -> None:
    said = drive(8.0, 200.0, [(RED, 24.0), (GREEN, 30.0)], heard=lambda time: time < 10.0,
                 duration=20.0)
    before = next(one for one in said if one.time == pytest.approx(5.0))
    assert (before.advisory.level, before.advisory.action) == (Level.INFO, Action.MONITOR)
    assert 'Red, 19.0 s left' in before.advisory.reason
    assert signal_of_name(before.advisory.subject_ids[0]) == (1, 1, 1)
    after = [one for one in said if one.time > 10.4]
    assert after
    assert all('unknown' in one.advisory.reason and 'left' not in one.advisory.reason
               for one in after)
    assert warnings(after) == []


@pytest.mark.parametrize('other', [GREEN, RED])
def test_contradicting_units_cause_neither_warning_nor_go(other: Light) -> None:
    street = Street(straight([300.0]))
    for step in range(10):
        time = 0.1 * step
        street.say(time, {1: [State(RED, 0.0, 30.0 - time)]}, signer=1)
        street.say(time, {1: [State(other, 0.0, 60.0 - time)]}, signer=2)
    scene = street.scene(1.0, 260.0, 16.0)
    (advisory,) = rlvw.assess(scene, scene.parameters)
    assert (advisory.level, advisory.exit_level) == (Level.INFO, Level.INFO)
    assert 'unknown (contradictory)' in advisory.reason


def test_an_unverified_unit_causes_caution_at_most_and_a_lost_one_nothing() -> None:
    street = Street(straight([300.0]))
    street.say(0.0, {1: [State(RED, 0.0, 30.0)]}, verification=Verification.NOT_CHECKED)
    scene = street.scene(0.05, 260.0, 16.0)
    (advisory,) = rlvw.assess(scene, scene.parameters)
    (name,) = advisory.subject_ids
    assert not advisory.verified
    found = scene.ceiling(name)
    assert found is not None
    assert found.level == Level.CAUTION
    stale = street.scene(3.0, 260.0, 16.0).ceiling(name)
    assert stale is not None
    assert stale.level == Level.INFO
    gone = street.scene(60.0, 260.0, 16.0).ceiling(name)
    assert gone is not None
    assert gone.level == Level.NONE


LIGHTS_OF_TURNS = {1: RED, 2: RED, 3: RED}


@pytest.mark.parametrize(('indicator', 'lights', 'allowed', 'rule', 'level'), [
    (Indicator.NONE, {}, 0, 'map', Level.WARNING),
    (Indicator.NONE, {2: GREEN}, 0, 'map', Level.INFO),
    (Indicator.LEFT, {1: GREEN, 3: GREEN}, 0, 'map', Level.WARNING),
    (Indicator.LEFT, {2: GREEN}, 0, 'map', Level.INFO),
    (Indicator.RIGHT, {1: GREEN}, 0, 'map', Level.WARNING),
    (Indicator.RIGHT, {}, AllowedManeuver.MANEUVER_RIGHT_TURN_ON_RED_ALLOWED, 'map', Level.INFO),
    (Indicator.RIGHT, {}, AllowedManeuver.MANEUVER_RIGHT_TURN_ON_RED_ALLOWED, 'never',
     Level.WARNING),
    (Indicator.RIGHT, {}, 0, 'always', Level.INFO),
])
def test_the_phase_of_the_movement_decides(
    indicator: Indicator, lights: dict[int, Light], allowed: int, rule: str, level: Level,
) -> None:
    street = Street(
        straight([300.0], ways=[TURNS], allowed=int(allowed)), signals__right_on_red=rule)
    street.say(0.0, {
        phase: [State(light, 0.0, 30.0)]
        for phase, light in {**LIGHTS_OF_TURNS, **lights}.items()})
    scene = street.scene(0.05, 270.0, 12.0, indicator=indicator)
    (advisory,) = rlvw.assess(scene, scene.parameters)
    assert advisory.level == level


def test_a_permissive_green_says_that_the_turn_yields() -> None:
    street = Street(straight([300.0], ways=[TURNS]))
    street.say(0.0, {1: [State(GREEN, 0.0, 30.0)], 2: [State(Light.PERMISSIVE_GREEN, 0.0, 30.0)],
                     3: [State(GREEN, 0.0, 30.0)]})
    scene = street.scene(0.05, 270.0, 8.0, indicator=Indicator.LEFT)
    (advisory,) = rlvw.assess(scene, scene.parameters)
    assert 'yields to oncoming traffic' in advisory.reason


def test_signals_that_do_not_fit_the_map_are_named_and_say_nothing() -> None:
    street = Street(straight([300.0]))
    street.say(0.0, {9: [State(RED, 0.0, 30.0)]})
    scene = street.scene(0.05, 270.0, 12.0)
    assert rlvw.assess(scene, scene.parameters) == []
    assert scene.signals_ahead.mismatch == 'phase_not_in_signal'
    street = Street(straight([300.0]))
    street.say(0.0, {1: [State(RED, 0.0, 30.0)]}, node=77)
    assert street.scene(0.05, 270.0, 12.0).signals_ahead.mismatch == 'signal_not_heard'
    assert np.isfinite(scene.ego.x)
