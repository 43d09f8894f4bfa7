# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How special vehicles approach the ego: from behind, across its way, or towards it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.motions import STANDING
from icv_v2x.scenarios.own_path import (
    in_own_lane,
    on_carriageway,
    opposite_direction,
    same_direction,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.events import Events
    from icv_v2x.scenarios.own_path import OwnPath, Places
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

# Slower than this nobody closes in [m/s].
_CLOSING = 0.3


class Relation(IntEnum):
    """From where a special vehicle comes."""

    NONE = 0
    BEHIND = 1
    CROSSING = 2
    ONCOMING = 3


@dataclass(frozen=True)
class Approach:
    """Approach of n vehicles; all arrays (n,).

    Attributes:
        relation: Values of `Relation`, NONE for those that do not concern the ego.
        distance: [m] to the ego, to the crossing where it crosses.
        arrival: [s] until it is there, inf where never.
        closing: [m/s] at which the distance shrinks.
        shares: It comes on the ego's road, or meets the ego at the crossing, so that the ego is
            to clear the way; without that it is only worth knowing.
        in_way: The ego is in its way.
    """

    relation: NDArray[np.int64]
    distance: Floats
    arrival: Floats
    closing: Floats
    shares: Flags
    in_way: Flags


def approaches(
    places: Places, path: OwnPath, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> Approach:
    """Return how vehicles approach the ego; those that stand or drive away do not.

    Args:
        places: Where they are relative to the ego's way.
        path: That way.
        tracks: The vehicles, n.
        ego: The ego now.
        parameters: Parameters of the package.
    """
    evw = parameters.evw
    moves = (np.abs(tracks.speed) > STANDING) & places.level & np.isfinite(places.turned)
    overtakes = places.along - ego.speed
    held_up = places.gap <= evw.following_time * np.maximum(places.along, 0.0)
    behind = moves & (places.station < 0.0) & same_direction(places, parameters)
    behind &= on_carriageway(places, parameters) & ((overtakes > _CLOSING) | held_up)
    oncoming = moves & places.ahead & opposite_direction(places, parameters)
    oncoming &= np.abs(places.offset) <= evw.oncoming_offset
    crossing = _Crossing(path, tracks, ego, parameters)
    crosses = moves & crossing.meets & ~behind & ~oncoming
    kinds = [behind, crosses, oncoming]
    with np.errstate(divide='ignore', invalid='ignore'):
        # One that is held up would be here by its own speed.
        overtaking = np.where(
            overtakes > _CLOSING, places.gap / overtakes, places.gap / places.along)
        meeting = places.gap / np.maximum(ego.speed - places.along, _CLOSING)
    nothing = np.zeros(len(tracks), dtype=np.bool_)
    return Approach(
        relation=np.select(
            kinds, [Relation.BEHIND, Relation.CROSSING, Relation.ONCOMING], Relation.NONE),
        distance=np.select(kinds, [places.gap, crossing.distance, places.gap], np.nan),
        arrival=np.select(kinds, [overtaking, crossing.entry, meeting], np.inf),
        closing=np.select(kinds, [overtakes, tracks.speed, ego.speed - places.along], np.nan),
        shares=np.select(kinds, [behind, crossing.shares, nothing], False),
        in_way=np.select(
            kinds, [behind & in_own_lane(places, parameters), crossing.in_way, nothing], False),
    )


class _Crossing:
    """When vehicles are where their straight ways cross the ego's way, and when the ego is."""

    def __init__(
        self, path: OwnPath, tracks: Tracks, ego: EgoState, parameters: Parameters
    ) -> None:
        evw = parameters.evw
        station, way, turned = path.crossed_by(tracks)
        angle = np.abs(turned)
        collision = parameters.collision
        across = (angle >= np.radians(collision.same_direction)) & (
            angle <= np.radians(collision.oncoming))
        sine = np.where(across, np.sin(angle), 1.0)
        cosine = np.where(across, np.abs(np.cos(angle)), 0.0)
        own_half = 0.5 * (tracks.width + ego.width * cosine) / sine + 0.5 * ego.length
        other_half = 0.5 * (ego.width + tracks.width * cosine) / sine + 0.5 * tracks.length
        speed = np.maximum(np.abs(tracks.speed), STANDING)
        self.distance = np.maximum(way - other_half, 0.0)
        self.entry = self.distance / speed
        leaves = (way + other_half) / speed
        room, last = np.maximum(station - own_half, 0.0), station + own_half
        # Who stands at the crossing stays there; who stands before it does not enter.
        pace = max(ego.speed, 0.0)
        with np.errstate(divide='ignore', invalid='ignore'):
            own_entry = np.where(room > 0.0, room / pace, 0.0)
            own_exit = np.where(last > 0.0, last / pace, 0.0)
        apart = np.maximum(own_entry - leaves, self.entry - own_exit)
        self.meets = across & (room <= evw.info_distance) & (last > 0.0)
        self.shares = self.meets & (apart <= evw.crossing_margin)
        self.in_way = self.meets & (apart <= evw.crossing_clearance)


@dataclass(frozen=True)
class SpecialVehicles:
    """Special vehicles that one application speaks of, k of n tracks.

    Attributes:
        application: The application.
        rows: (k,) rows of the vehicles in the tracks.
        what: What they are, in words.
        lanes: Lane that the vehicle in a row asks for, where it names one.
    """

    application: Application
    rows: NDArray[np.intp]
    what: str
    lanes: dict[int, int]


def candidates(
    of: SpecialVehicles, events: Events, tracks: Tracks, ego: EgoState, parameters: Parameters
) -> list[Advisory]:
    """Return the candidates of special vehicles that approach the ego.

    Args:
        of: The special vehicles.
        events: The ego's way and what is known of events.
        tracks: All vehicles at the instant.
        ego: The ego now.
        parameters: Parameters of the package.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    gates.about(of.application.name, tracks)
    gates.holds(gates.SELECTED, 'is such a vehicle', np.isin(np.arange(len(tracks)), of.rows))
    if not len(of.rows):
        return []
    gates.about(of.application.name, tracks, of.rows)
    special = tracks.take(of.rows)
    approach = approaches(events.path.places(special), events.path, special, ego, parameters)
    entry, leave = (
        _level(approach, parameters, ease) for ease in (1.0, parameters.collision.exit_margin)
    )
    found = []
    for k, row in enumerate(of.rows.tolist()):
        if not leave[k]:
            continue
        relation = Relation(int(approach.relation[k]))
        advisory = advice(
            of.application, tracks, row, ego,
            levels=(entry[k], leave[k]),
            rule=LevelRule.of(of.application, relation.name.lower()),
            actions=(Action.CLEAR_THE_WAY, Action.CLEAR_THE_WAY),
            reason=f'{of.what} {_where(relation, approach, k, special, ego)}, '
            f'arrives in {approach.arrival[k]:.0f} s'
            + _request(relation, int(entry[k]), parameters),
            gap=float(approach.distance[k]),
            closing_speed=float(approach.closing[k]),
        )
        found.append(_with_action(advisory, of.lanes.get(row, -1)))
    return found


def _level(approach: Approach, parameters: Parameters, ease: float) -> NDArray[np.int64]:
    """Return the level of each vehicle; `ease` below 1 for the exit thresholds."""
    evw = parameters.evw
    arrival, distance = approach.arrival * ease, approach.distance * ease
    gates.holds(Level.INFO, 'it comes near', approach.relation != Relation.NONE)
    info = gates.at_most(Level.INFO, 'either: distance [m]', distance, evw.info_distance)
    info |= gates.at_most(Level.INFO, 'or: arrival [s]', arrival, evw.info_time)
    caution = gates.holds(
        Level.CAUTION, 'on the road of the ego, or meets it at the crossing', approach.shares)
    caution = caution & gates.at_most(
        Level.CAUTION, 'arrival [s]', arrival, evw.caution_time)
    warning = caution & gates.holds(
        Level.WARNING, 'the ego is in its way', approach.in_way)
    warning &= gates.at_most(Level.WARNING, 'arrival [s]', arrival, evw.warning_time)
    level = np.select(
        [warning, caution, info], [Level.WARNING, Level.CAUTION, Level.INFO], Level.NONE)
    return np.where(approach.relation != Relation.NONE, level, Level.NONE)


def _with_action(advisory: Advisory, lane: int) -> Advisory:
    """Return an advisory that asks to clear the way from CAUTION on, with the lane asked for."""
    clears = advisory.level >= Level.CAUTION
    action = Action.CLEAR_THE_WAY if clears else Action.MONITOR
    return replace(advisory, action=action, lane_id=lane)


def _where(
    relation: Relation, approach: Approach, row: int, special: Tracks, ego: EgoState
) -> str:
    """Return from where a vehicle comes, in words."""
    distance = f'{approach.distance[row]:.0f} m'
    if relation == Relation.BEHIND:
        return f'{distance} behind on the own road'
    if relation == Relation.ONCOMING:
        return f'{distance} ahead, oncoming'
    side = 'right' if np.sin(special.heading[row] - ego.heading) > 0.0 else 'left'
    return f'from the {side}, {distance} before it crosses the own way'


def _request(relation: Relation, level: int, parameters: Parameters) -> str:
    """Return what is asked of the ego, in words."""
    if level < Level.CAUTION:
        return ''
    if relation == Relation.CROSSING:
        return '; keep the crossing clear'
    # One makes way to the side that traffic keeps to.
    return f'; make way to the {parameters.driving_side}'
