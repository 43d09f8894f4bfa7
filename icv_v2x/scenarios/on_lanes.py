# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the map tells of others: which way their lanes lead, and whether they must yield."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import Level
from icv_v2x.conflict import Footprint, first_contact
from icv_v2x.frames import wrap_angle
from icv_v2x.message_set.records.map_common import AllowedManeuver
from icv_v2x.motion import longitudinal_profile, path_following
from icv_v2x.roads import match_lanes
from icv_v2x.roads.courses import lane_courses
from icv_v2x.scenarios.conflicts import PREDICTION, Course
from icv_v2x.scenarios.intent import turning_side
from icv_v2x.scenarios.motions import STANDING, ego_motion
from icv_v2x.scenarios.settled import announces_turn
from icv_v2x.signals.signals import Doubt
from icv_v2x.translate.lanes import NOT_GIVEN
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.roads.matching import LaneMatches
    from icv_v2x.scenarios.conflicts import Conflicts
    from icv_v2x.signals import Signals
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

_GIVES_WAY = int(AllowedManeuver.YIELD_ALWAYS_REQUIRED | AllowedManeuver.GO_WITH_HALT)
_STOP = (int(Light.RED), int(Light.FLASHING_RED))
# Who heads the ego's way but for so much or more may be on a lane that joins it [rad].
_OBLIQUE = np.radians(5.0)
# Nearer than this to the middle of a lane nobody has begun to leave it [m].
_OFF_CENTRE = 0.2
_GO = (int(Light.FLASHING_GREEN), int(Light.PERMISSIVE_GREEN), int(Light.PROTECTED_GREEN))


def with_lanes(
    conflicts: Conflicts,
    ego: EgoState,
    tracks: Tracks,
    roads: RoadModel | None,
    signals: Signals | None,
    parameters: Parameters,
) -> Conflicts:
    """Return conflicts with what the lanes of crossing and oncoming traffic tell.

    A contact bears a warning only where the subject, if it surely drives on a lane, meets the ego
    as well as it follows that lane. Whoever leaves its lane is on none. Of who comes towards the
    ego and drifts it bears one only from the middle of the innermost lane of his direction on.

    Args:
        conflicts: Subjects that the ego's present motion meets.
        ego: The ego now.
        tracks: The objects that `conflicts` refers to.
        roads: The road as far as its maps were heard, None or empty without any.
        signals: What signals show, None where none was heard.
        parameters: Parameters of the package.
    """
    if roads is None or not len(roads):
        return conflicts
    conflicts = _with_lane_changes(conflicts, ego, tracks, roads, parameters)
    conflicts = _with_turners(conflicts, ego, tracks, roads, signals, parameters)
    turned = wrap_angle(tracks.heading[conflicts.row] - ego.heading)
    crosses = conflicts.course == int(Course.CROSSING)
    ahead = (conflicts.course == int(Course.SAME)) & (np.abs(turned) > _OBLIQUE)
    moves = np.abs(tracks.speed[conflicts.row]) > STANDING
    rows = np.flatnonzero((crosses | ahead) & moves)
    if not len(rows):
        return conflicts
    subjects = tracks.take(conflicts.row[rows])
    matches = match_lanes(
        roads, subjects.x, subjects.y, subjects.heading,
        position_sigma=np.sqrt(0.5 * (subjects.variance_xx + subjects.variance_yy)),
        heading_sigma=subjects.heading_deviation)
    meets = np.ones(len(conflicts.row), dtype=np.bool_)
    meets[rows] = _meets_on_its_lane(ego, subjects, matches, roads, parameters)
    settled, bends_away = conflicts.settled & (meets | ~crosses), ~meets & ahead
    gates.about(PREDICTION, tracks, conflicts.row)
    gates.holds(
        Level.WARNING, 'met as well where it follows its lane', settled | ~conflicts.settled)
    yields = _gives_way(matches, roads) & _has_priority(_own_match(ego, roads), roads)
    if signals is not None and len(signals):
        yields |= _before_red(matches, roads, signals)
    must_yield = conflicts.must_yield.copy()
    must_yield[rows] = yields & crosses[rows]
    return replace(
        conflicts, settled=settled, must_yield=must_yield, bends_away=bends_away)


def _with_lane_changes(
    conflicts: Conflicts, ego: EgoState, tracks: Tracks, roads: RoadModel, parameters: Parameters,
) -> Conflicts:
    """Return conflicts without who comes towards the ego and changes lanes beside its road."""
    rows = np.flatnonzero((conflicts.course == int(Course.ONCOMING)) & conflicts.settled)
    subjects = tracks.take(conflicts.row[rows])
    straight = ~((subjects.turn_rate != 0.0) & np.isfinite(subjects.turn_angle))
    rows, subjects = rows[straight], subjects.take(straight)
    if not len(rows):
        return conflicts
    lane, _, turned = _own_lane(roads, subjects, 0.0, ego.heading, parameters)
    quickest = 2.0 * parameters.carriageway.lane_width / parameters.prediction.lane_change_time
    lane = np.where(np.abs(subjects.speed * np.sin(turned)) <= quickest, lane, NOT_GIVEN)
    width = np.where(lane == NOT_GIVEN, 0.0, roads.lanes.width[np.maximum(lane, 0)])
    east, north = subjects.x - ego.x, subjects.y - ego.y
    left = north * np.cos(ego.heading) - east * np.sin(ego.heading)
    # Half a lane nearer to the ego's way he would still be on a lane of his direction.
    nearer, inside, _ = _own_lane(
        roads, subjects, -np.sign(left) * (0.5 * width - _OFF_CENTRE), ego.heading, parameters)
    settled = conflicts.settled.copy()
    settled[rows] &= ~((lane != NOT_GIVEN) & (nearer != NOT_GIVEN) & inside)
    gates.about(PREDICTION, tracks, conflicts.row)
    gates.holds(
        Level.WARNING, 'oncoming: not on lanes of its own yet', settled | ~conflicts.settled)
    return replace(conflicts, settled=settled)


def _with_turners(
    conflicts: Conflicts,
    ego: EgoState,
    tracks: Tracks,
    roads: RoadModel,
    signals: Signals | None,
    parameters: Parameters,
) -> Conflicts:
    """Return conflicts in which oncoming traffic that turns off across has to give way.

    It has to an ego that goes straight on, on a lane before a node where neither signs nor its
    signal, which is known and green where there is one, hold it.
    """
    rows = np.flatnonzero(conflicts.course == int(Course.ONCOMING))
    if not len(rows) or turning_side(ego, parameters) != 0:
        return conflicts
    across = 1 if parameters.driving_side == 'right' else -1
    turns = announces_turn(tracks.take(conflicts.row[rows]), across, parameters)
    if not turns.any():
        return conflicts
    own = _own_match(ego, roads)
    if not (_has_priority(own, roads) and _green(own, roads, signals)):
        return conflicts
    must_yield = conflicts.must_yield.copy()
    must_yield[rows] = turns
    return replace(conflicts, must_yield=must_yield)


def _own_lane(
    roads: RoadModel, subjects: Tracks, left: Floats | float, axis: float, parameters: Parameters,
) -> tuple[NDArray[np.int64], Flags, Floats]:
    """Return the lanes in the direction of subjects, `NOT_GIVEN` for none, and who is inside.

    The last are the angles to the lanes, 0 without one, (n,) each [rad].

    The subjects are looked at `left` [m] of where they are, seen along the axis [rad].
    """
    matches = match_lanes(
        roads, subjects.x - left * np.sin(axis), subjects.y + left * np.cos(axis),
        subjects.heading, position_sigma=0.3)
    along = np.abs(matches.turned) < np.radians(parameters.collision.same_direction)
    lane = np.where(matches.matched & along, matches.lane, NOT_GIVEN)
    width = roads.lanes.width[np.maximum(lane, 0)]
    turned = np.where(lane == NOT_GIVEN, 0.0, matches.turned)
    return lane, np.abs(matches.offset) <= 0.5 * width, turned


def on_a_lane(roads: RoadModel | None, x: float, y: float, heading: float) -> bool:
    """Whether a lane is known to lead along a heading [rad] at a place [m]."""
    if roads is None or not len(roads):
        return False
    matches = match_lanes(roads, np.array([x]), np.array([y]), np.array([heading]))
    width = roads.lanes.width[matches.lane[0]]
    return bool(matches.matched[0]) and bool(abs(matches.offset[0]) <= 0.5 * width)


def beside_on_the_way(
    ego: EgoState, roads: RoadModel | None, side: float
) -> bool:
    """Whether the lane beside the ego's is known to lead the same way.

    Args:
        ego: The ego now.
        roads: The road, None or empty without maps.
        side: 1 for the lane to the left, -1 to the right.
    """
    if roads is None or not len(roads):
        return False
    place = np.array([ego.x]), np.array([ego.y]), np.array([ego.heading])
    matches = _own_match(ego, roads)
    lane = int(matches.lane[0])
    if lane == NOT_GIVEN:
        return False
    width = float(roads.lanes.width[lane])
    across = side * (width - side * float(matches.offset[0]))
    aside = match_lanes(
        roads, place[0] - across * np.sin(place[2]), place[1] + across * np.cos(place[2]),
        place[2], position_sigma=0.3)
    other = int(aside.lane[0])
    return other not in (NOT_GIVEN, lane) and abs(float(aside.offset[0])) <= 0.5 * width


def _meets_on_its_lane(
    ego: EgoState,
    subjects: Tracks,
    matches: LaneMatches,
    roads: RoadModel,
    parameters: Parameters,
) -> Flags:
    """Return which subjects are met as well as they follow their lanes, and who is on none, (n,).

    On an arc the speed is kept or lost as it is now.
    """
    horizon = parameters.collision.horizon
    rate = np.fmin(subjects.acceleration, 0.0)
    speed = np.maximum(subjects.speed, 0.0)
    courses = lane_courses(roads, matches, subjects.x, subjects.y, speed * horizon)
    meets = ~courses.follows
    rows = np.flatnonzero(courses.follows)
    if len(rows):
        profile = longitudinal_profile(speed[rows], [(horizon, rate[rows])])
        motion = path_following(
            courses.x[rows], courses.y[rows], profile, horizon, heading=subjects.heading[rows])
        contact = first_contact(
            ego_motion(ego, parameters), Footprint(np.array([ego.length]), np.array([ego.width])),
            motion, Footprint(subjects.length[rows], subjects.width[rows]))
        meets[rows] = contact.overlaps
    return np.asarray(meets)


def _gives_way(matches: LaneMatches, roads: RoadModel) -> Flags:
    """Return who is before a stop line where signs, and no signal, make him give way, (n,)."""
    lanes, ways = roads.lanes, roads.lanes.connections
    signs = (lanes.maneuvers & _GIVES_WAY) != 0
    signs[ways.lane[ways.phase != NOT_GIVEN]] = False
    before = matches.matched & (matches.distance_to_stop > 0.0)
    return np.asarray(before & signs[np.where(matches.matched, matches.lane, 0)])


def _own_match(ego: EgoState, roads: RoadModel) -> LaneMatches:
    """Return the lane of the ego, as it is now."""
    return match_lanes(roads, np.array([ego.x]), np.array([ego.y]), np.array([ego.heading]))


def _has_priority(own: LaneMatches, roads: RoadModel) -> bool:
    """Whether the ego is on a lane before a node that does not make it give way itself."""
    return bool(own.matched[0] and own.distance_to_stop[0] > 0.0) and not bool(
        roads.lanes.maneuvers[own.lane[0]] & _GIVES_WAY)


def _green(own: LaneMatches, roads: RoadModel, signals: Signals | None) -> bool:
    """Whether no signal holds the ego: all that its lane leads by are green, or there is none."""
    return all(light in _GO for light in _shown(int(own.lane[0]), roads, signals))


def _shown(lane: int, roads: RoadModel, signals: Signals | None) -> list[int]:
    """Return what the signals of all ways of a lane show, `NOT_GIVEN` for what is not known."""
    ways, lanes = roads.lanes.connections, roads.lanes
    lights = []
    for phase in ways.phase[ways.lane == lane].tolist():
        if phase == NOT_GIVEN:
            continue
        row = None if signals is None else signals.row(
            int(lanes.region[lane]), int(lanes.node[lane]), phase)
        known = row is not None and signals is not None and (
            signals.doubt[row] == int(Doubt.NONE))
        lights.append(int(signals.light[row]) if known and signals is not None else NOT_GIVEN)
    return lights


def _before_red(matches: LaneMatches, roads: RoadModel, signals: Signals) -> Flags:
    """Return whose signal shows red on every way that its lane leads, (n,)."""
    found = np.zeros(len(matches), dtype=np.bool_)
    ways = roads.lanes.connections
    # Few cross the ego's path at a time.
    for row in np.flatnonzero(matches.matched).tolist():
        lane = int(matches.lane[row])
        if not matches.distance_to_stop[row] > 0.0:
            continue
        shown = _shown(lane, roads, signals)
        found[row] = bool(shown) and len(shown) == np.count_nonzero(ways.lane == lane) and all(
            light in _STOP for light in shown)
    return found
