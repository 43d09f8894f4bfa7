# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cooperative intersection passing (CIP): the time slot that a road-side unit gives the ego."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import InputKind, decided_by, of_ego, of_object, since
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.clock import NANOSECONDS
from icv_v2x.merging import Own
from icv_v2x.merging.slot import through_slot
from icv_v2x.scenarios.merge_clearance import met_first, planned_motion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.sources import Given
    from icv_v2x.merging import Profile, Settings
    from icv_v2x.translate.csae_talk import Passing
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Advice is the speeds of so much of the profile [s], which is tested in steps of this [s] up to
# this far ahead, beyond which constant velocity tells little of others [s].
_ADVISED = 3.0
_STEP = 0.25
_AHEAD = 6.0
# Whoever is this near is not tested, as it is the ego's own echo [m].
_ECHO = 1.0


def assess(
    passing: Passing, tracks: Tracks, ego: EgoState, settings: Settings, fastest: float,
) -> list[Advisory]:
    """Return the advice for a slot, none once its last point is passed.

    The next point that is ahead, at its instant, is the slot. It is followed where a profile
    within comfort meets it and meets nobody on the way along the points.

    Args:
        passing: Points and instants that the road-side unit gives.
        tracks: All objects, at the instant of the advice.
        ego: The ego at that instant.
        settings: With the limits of comfort.
        fastest: Speed that is not exceeded [m/s].

    Returns:
        INFO with the speeds of a profile that meets the slot, or CAUTION where there is none or
        somebody is in the way: the right to pass is not given then.
    """
    now = tracks.stamp
    east, north = passing.x - ego.x, passing.y - ego.y
    ahead = east * math.cos(ego.heading) + north * math.sin(ego.heading) > 0.0
    # Points are passed in their order: those before the first that is still ahead are behind.
    if not ahead.any():
        return []
    first = int(np.argmax(ahead))
    place = np.stack([
        np.append(ego.x, passing.x[first:]), np.append(ego.y, passing.y[first:])])
    station = np.append(0.0, np.cumsum(np.hypot(*np.diff(place, axis=1))))
    way, time = float(station[1]), (int(passing.instant[first]) - now) / NANOSECONDS
    own = Own(ego.speed, ego.acceleration, ego.length, ego.width)
    profile = through_slot(own, settings.limits, way, time, max(fastest, ego.speed))
    slot = f'the slot of {passing.sender_id:016X} in {time:.1f} s at {way:.0f} m'
    given = since(InputKind.RSC, passing.received, now)
    if profile is None:
        return [_advice(
            passing, ego, first, way, f'{slot} cannot be met with comfort: give way',
            LevelRule.CIP_NO_SLOT, given)]
    row, contact = _met(profile, station, place, tracks, ego)
    if row >= 0:
        return [_advice(
            passing, ego, first, way,
            f'{slot} is not clear: contact with {tracks.name(row)} in {contact:.1f} s; give way',
            LevelRule.CIP_NO_SLOT, given, of_object(tracks, row),
            subjects=(tracks.name(row),))]
    _, speeds, _ = profile.at(np.linspace(0.0, min(max(time, _STEP), _ADVISED), 13))
    return [_advice(
        passing, ego, first, way, f'{slot} is met with {3.6 * float(speeds[-1]):.0f} km/h',
        LevelRule.CIP_SLOT, given, speeds=speeds)]


def _met(
    profile: Profile, station: NDArray[np.float64], place: NDArray[np.float64], tracks: Tracks,
    ego: EgoState,
) -> tuple[int, float]:
    """Return who is met first and when [s], -1 and NaN where nobody is."""
    count = round(_AHEAD / _STEP)
    time = np.linspace(0.0, _AHEAD, count + 1)
    way = np.minimum(profile.at(time)[0], station[-1])
    # Behind the last point nothing is told.
    last = max(int(np.searchsorted(way, station[-1])), 1)
    time, way = time[:last + 1], way[:last + 1]
    along = np.stack([np.interp(way, station, axis) for axis in place])
    rows = np.flatnonzero(np.hypot(tracks.x - ego.x, tracks.y - ego.y) > _ECHO)
    found, contact = met_first(planned_motion(time, along, ego.heading), ego, tracks.take(rows))
    return (int(rows[found]), contact) if found >= 0 else (-1, math.nan)


def _advice(
    passing: Passing, ego: EgoState, point: int, way: float, reason: str, rule: LevelRule,
    *given: Given, speeds: NDArray[np.float64] | None = None, subjects: tuple[str, ...] = (),
) -> Advisory:
    inputs = (of_ego(ego), *given)
    level = Level.CAUTION if speeds is None else Level.INFO
    return Advisory(
        application=Application.CIP, level=level, exit_level=level,
        action=Action.YIELD if speeds is None else Action.SPEED_ADVICE,
        subject_ids=subjects, reason=reason, distance=way,
        conflict_x=float(passing.x[point]), conflict_y=float(passing.y[point]),
        conflict_z=ego.z, data_age=max(one.age for one in inputs), rule=rule.value,
        speed_min=NAN if speeds is None else float(speeds.min()),
        speed_max=NAN if speeds is None else float(speeds.max()),
        verified=passing.verified, **decided_by(*inputs))
