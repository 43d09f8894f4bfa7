# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Red light violation warning (RLVW), and the countdown of the signal ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import decided_by, of_ego
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.scenarios.signal_approach import SignalAhead, sources_of, trusted, words
from icv_v2x.signals.green_wave import stop_profile
from icv_v2x.signals.signals import Doubt, Signals
from icv_v2x.signals.windows import GREEN, STOP, light_at
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene
    from icv_v2x.world.ego import EgoState

# Levels are left where distance and braking are this share beyond what entered them.
_EXIT = 1.1
# Who has the stop line this far behind the front is over it [m].
_OVER = 0.0


class _Need(NamedTuple):
    """What a stop at the line takes.

    Attributes:
        caution: Distance up to which CAUTION is given [m].
        warning: Likewise WARNING [m].
        passing: Distance below which passing on yellow is safer [m].
        deceleration: Constant deceleration that stops at the line [m/s2].
    """

    caution: float
    warning: float
    passing: float
    deceleration: float


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return the candidate of the next signal on the way.

    Args:
        scene: The instant.
        parameters: Parameters of the package.

    Returns:
        None or one: INFO with the time left, CAUTION and WARNING where the ego will arrive on
        yellow or red.
    """
    limits = parameters.rlvw
    ahead = scene.signals_ahead.signals
    if not limits.enabled or not ahead or scene.signals is None:
        return []
    first, signals, ego = ahead[0], scene.signals, scene.ego
    gates.about('RLVW', [first.name])
    ahead_of_it = gates.at_least(
        gates.SELECTED, 'distance of the stop line, not over it [m]', first.distance, _OVER)
    if not (gates.at_most(
        gates.SELECTED, 'distance of the stop line [m]', first.distance,
        limits.countdown_distance) and ahead_of_it):
        return []
    speed = max(ego.speed, 0.0)
    need = _need(speed, first.distance, parameters)
    arrival = first.distance / speed if speed > limits.standing else np.inf
    level = _level(first, signals, ego, need, arrival, parameters, 1.0)
    leave = max(level, _level(first, signals, ego, need, arrival, parameters, _EXIT))
    acts = level >= Level.CAUTION
    profile = stop_profile(first.distance, speed, limits.warning_deceleration)
    row = first.rows[0]
    return [Advisory(
        application=Application.RLVW,
        level=level,
        exit_level=leave,
        action=Action.SLOW_DOWN if level >= Level.WARNING else Action.MONITOR,
        subject_ids=(first.name,),
        reason=_reason(first, signals, speed, need, arrival, acts=acts),
        time_to_conflict=arrival if acts else NAN,
        conflict_x=first.x, conflict_y=first.y, conflict_z=ego.z,
        distance=first.distance,
        closing_speed=speed if acts else NAN,
        required_deceleration=need.deceleration if acts else NAN,
        lane_id=first.lane_id,
        data_age=max(float(signals.age[row]), ego.age),
        verified=trusted(signals, row, parameters),
        rule=(LevelRule.RLVW_STOP_LINE if acts else LevelRule.RLVW_COUNTDOWN).value,
        **decided_by(*sources_of(scene, [first]), of_ego(ego)),
        stop_profile_time=profile.time if level >= Level.WARNING else (),
        stop_profile_speed=profile.speed if level >= Level.WARNING else (),
    )]


def _need(speed: float, distance: float, parameters: Parameters) -> _Need:
    limits = parameters.rlvw
    grip = limits.wet_share if limits.surface == 'wet' else 1.0
    half_square = 0.5 * speed * speed / grip
    return _Need(
        caution=limits.caution_time * speed + half_square / limits.caution_deceleration,
        warning=limits.warning_time * speed + half_square / limits.warning_deceleration,
        passing=limits.passing_time * speed + half_square / limits.passing_deceleration,
        deceleration=0.5 * speed * speed / max(distance, 0.1),
    )


def _level(
    first: SignalAhead, signals: Signals, ego: EgoState, need: _Need, arrival: float,
    parameters: Parameters, slack: float,
) -> Level:
    """Return the level; `slack` above 1 gives that of the exit thresholds."""
    limits = parameters.rlvw
    stops = not np.isinf(arrival) and not first.open and all(
        _has_to_stop(first, signals, row, need, arrival, parameters) for row in first.rows)
    if not gates.holds(Level.CAUTION, 'the ego will arrive on yellow or red', stops):
        return Level.INFO
    braking = -ego.acceleration
    by_itself = braking >= slack * limits.braking_share * need.deceleration > 0.0
    warns = gates.at_most(
        Level.WARNING, 'distance [m]', first.distance, slack * need.warning)
    warns &= gates.holds(Level.WARNING, 'the ego does not brake enough by itself', not by_itself)
    cautions = gates.at_most(
        Level.CAUTION, 'distance [m]', first.distance, slack * need.caution)
    cautions &= gates.below(
        Level.CAUTION, 'braking of the ego [m/s2]', braking, slack * limits.braking)
    if warns:
        return Level.WARNING
    return Level.CAUTION if cautions else Level.INFO


def _has_to_stop(
    first: SignalAhead, signals: Signals, row: int, need: _Need, arrival: float,
    parameters: Parameters,
) -> bool:
    """Return whether the ego will arrive on yellow or red and could stop better than pass."""
    if signals.doubt[row] != Doubt.NONE:
        return False
    now = Light(int(signals.light[row]))
    then = light_at(signals, row, arrival, parameters.glosa.confidence)
    if then not in STOP:
        return False
    if Light.RED in (now, then) and first.turn_on_red:
        return False
    near = first.distance < need.passing
    # Braking hard for a yellow that is passed in time is worse than passing it.
    return not (near and (now == Light.YELLOW or (now in GREEN and then == Light.YELLOW)))


def _reason(
    first: SignalAhead, signals: Signals, speed: float, need: _Need, arrival: float, *, acts: bool
) -> str:
    where = f'stop line in {first.distance:.0f} m'
    row = first.rows[0]
    if signals.doubt[row] != Doubt.NONE:
        return f'Signal unknown ({Doubt(int(signals.doubt[row])).text}), {where}'
    if not first.certain and len(set(signals.light[list(first.rows)].tolist())) > 1:
        return f'Signals of the possible movements differ, {where}'
    light = Light(int(signals.light[row]))
    text = f'{words(light)}{_time_left(signals, row)}'
    if light == Light.PERMISSIVE_GREEN and first.maneuver in (1, 3):
        text += ', the turn yields to oncoming traffic'
    if first.turn_on_red and light == Light.RED:
        text += ', turning on red is allowed after giving way'
    if not acts:
        return f'{text}, {where}'
    return (
        f'{text}; at {3.6 * speed:.0f} km/h the ego arrives in {arrival:.1f} s on a light that '
        f'asks to stop, {where}; stopping takes {need.deceleration:.1f} m/s2')


def _time_left(signals: Signals, row: int) -> str:
    likely, least, most = (
        float(column[row]) for column in (
            signals.time_to_end_likely, signals.time_to_end_min, signals.time_to_end_max))
    if not signals.steady[row] or not np.isfinite(likely):
        return ''
    span = most - least
    if np.isfinite(span) and span > 1.0:
        return f', {likely:.1f} s left ({least:.0f} to {most:.0f})'
    return f', {likely:.1f} s left'
