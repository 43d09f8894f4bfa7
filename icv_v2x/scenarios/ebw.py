# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Emergency braking warning (EBW): hard braking ahead, also behind other vehicles."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.conflict.delayed_leader import (
    required_deceleration_delayed,
    time_to_contact_delayed,
)
from icv_v2x.scenarios.candidates import advice, level_of
from icv_v2x.scenarios.conflicts import emergency_deceleration
from icv_v2x.scenarios.own_path import in_own_lane, on_carriageway, same_direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.scenarios.own_path import Places
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


class _Need(NamedTuple):
    """Decelerations [m/s2] and time [s] before the queue that hard braking makes, (k,) each."""

    now: Floats
    imminent: Floats
    warning: Floats
    time: Floats


def assess(
    events: Events, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return one candidate for each vehicle that brakes hard ahead.

    Args:
        events: The ego's way and what is known of events.
        tracks: All vehicles at the instant.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    ebw = parameters.ebw
    gates.about('EBW', tracks)
    enabled = gates.holds(gates.SELECTED, 'ebw.enabled', ebw.enabled)
    claims = gates.holds(gates.SELECTED, 'claims to brake hard', events.brakes_hard)
    if not enabled or not claims.any():
        return []
    places = events.places
    ahead = gates.holds(
        gates.SELECTED, 'ahead on the level of the ego', places.ahead & places.level)
    ahead = ahead & gates.at_most(gates.SELECTED, 'gap [m]', places.gap, ebw.distance)
    ahead &= gates.holds(
        gates.SELECTED, 'heads along the own way', same_direction(places, parameters))
    lane = ahead & in_own_lane(places, parameters)
    rows = np.flatnonzero(claims & ahead & gates.holds(
        gates.SELECTED, 'on the own carriageway', on_carriageway(places, parameters)))
    if not len(rows):
        return []
    gates.about('EBW', tracks, rows)
    between = _between(rows, places, lane)
    need = _need(rows, between, places, tracks, ego, parameters)
    probability = _probability(rows, places, tracks, ego)
    entry, leave = (
        _level(lane[rows], events.confirmed[rows], need, probability, parameters, ease)
        for ease in (1.0, parameters.collision.exit_margin)
    )
    return [
        advice(
            Application.EBW, tracks, row, ego,
            levels=(entry[k], leave[k]),
            rule=(LevelRule.EBW_REQUIRED_DECELERATION if entry[k] >= Level.WARNING
                  else LevelRule.EBW_HARD_BRAKING_AHEAD),
            actions=(Action.BRAKE, Action.SLOW_DOWN),
            reason=_reason(row, bool(lane[row]), int(between[k].sum()), places, tracks)
            + (f', avoided by braking at {need.now[k]:.1f} m/s2'
               if entry[k] >= Level.WARNING else ''),
            time_to_conflict=float(need.time[k]) if lane[row] else float('nan'),
            gap=float(places.gap[row]),
            distance=float(places.gap[row]),
            closing_speed=float(ego.speed - places.along[row]),
            required_deceleration=float(need.now[k]) if lane[row] else float('nan'),
            probability=float(probability[k]),
        )
        for k, row in enumerate(rows.tolist()) if leave[k]
    ]


def _level(
    lane: Flags,
    confirmed: Flags,
    need: _Need,
    probability: Floats,
    parameters: Parameters,
    ease: float,
) -> NDArray[np.int64]:
    """Return the level of each braking vehicle; `ease` below 1 for the exit thresholds."""
    collision = parameters.collision
    strong = emergency_deceleration(parameters) * ease
    warning = gates.at_least(Level.WARNING, 'a_req of WARNING [m/s2]', need.warning, strong)
    warning &= gates.at_least(
        Level.WARNING, 'a_req now [m/s2]', need.now, parameters.ebw.deceleration_needed * ease)
    warning &= gates.holds(Level.WARNING, 'its speed agrees in two messages', confirmed)
    warning &= lane & gates.at_least(
        Level.WARNING, 'probability that it is in the own lane', probability,
        collision.probability * ease)
    imminent = gates.at_least(Level.IMMINENT, 'a_req of IMMINENT [m/s2]', need.imminent, strong)
    imminent &= gates.at_most(
        Level.IMMINENT, 'time to contact [s]', need.time, collision.imminent_time / ease)
    in_lane = gates.holds(Level.CAUTION, 'in the own lane', lane)
    level = level_of(np.ones(len(lane), dtype=np.bool_), in_lane, warning, imminent)
    return np.maximum(level, Level.INFO)


def _between(rows: NDArray[np.intp], places: Places, lane: Flags) -> NDArray[np.bool_]:
    """Return who drives in the own lane before each of the braking vehicles, (k, n)."""
    return np.asarray(lane & (places.station < places.station[rows][:, np.newaxis]))


def _need(
    rows: NDArray[np.intp],
    between: NDArray[np.bool_],
    places: Places,
    tracks: Tracks,
    ego: EgoState,
    parameters: Parameters,
) -> _Need:
    """Return what the worst of each braking vehicle and those before it asks of the ego.

    The braking vehicle goes on braking as it does; those between start later.
    """
    ebw, collision = parameters.ebw, parameters.collision
    case, other = np.nonzero(between)
    own = np.arange(len(rows))
    case, subject = np.concatenate([own, case]), np.concatenate([rows, other])
    first = np.arange(len(case)) < len(rows)
    present = np.fmax(-tracks.acceleration[subject], 0.0)
    leader = (
        places.gap[subject],
        max(ego.speed, 0.0),
        ego.acceleration,
        np.maximum(places.along[subject], 0.0),
        np.where(first, 0.0, ebw.between_reaction),
        np.where(first, np.nan_to_num(present), ebw.between_deceleration),
    )

    def worst(delay: float) -> Floats:
        need = np.zeros(len(rows))
        np.maximum.at(need, case, required_deceleration_delayed(*leader, delay))
        return need

    time = np.full(len(rows), np.inf)
    np.minimum.at(time, case, time_to_contact_delayed(*leader))
    return _Need(
        worst(0.0), worst(collision.imminent_delay), worst(collision.warning_delay), time)


def _probability(
    rows: NDArray[np.intp], places: Places, tracks: Tracks, ego: EgoState
) -> Floats:
    """Return the probability that each vehicle is before the ego, not beside its way, (k,)."""
    across = tracks.heading[rows] - places.turned[rows] + 0.5 * np.pi
    cosine, sine = np.cos(across), np.sin(across)
    variance = (
        tracks.variance_xx[rows] * cosine**2 + tracks.variance_yy[rows] * sine**2
        + 2.0 * tracks.variance_xy[rows] * cosine * sine
    )
    own = 0.0 if np.isnan(ego.position_deviation) else ego.position_deviation
    deviation = np.maximum(np.sqrt(np.maximum(variance, 0.0) + own**2), 1e-6)
    half = 0.5 * (ego.width + tracks.width[rows])
    offset = places.offset[rows]
    found: Floats = ndtr((half - offset) / deviation) - ndtr((-half - offset) / deviation)
    return found


def _reason(row: int, lane: bool, between: int, places: Places, tracks: Tracks) -> str:
    """Return who brakes where, in words."""
    rate = -float(tracks.acceleration[row])
    how = f'brakes at {rate:.1f} m/s2' if rate > 0.0 else 'reports hard braking'
    where = 'in the own lane' if lane else 'in another lane'
    behind = f', {between} vehicle{"s" if between > 1 else ""} between' if between and lane else ''
    return f'Vehicle {places.gap[row]:.0f} m ahead {where} {how}{behind}'
