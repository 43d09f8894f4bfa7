# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The signals on the ego's way: which phase rules it, how far away it is, who waits before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.sources import Given, InputKind, since
from icv_v2x.advisory.types import FREE, LOST, Ceiling, Level
from icv_v2x.inputs import Verification
from icv_v2x.message_set.records.map_common import AllowedManeuver, Maneuver
from icv_v2x.roads import match_lanes
from icv_v2x.signals.signals import Doubt, Signals
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.roads.ego import EgoRoad
    from icv_v2x.scenarios.road_scene import RoadScene
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_SHARE = 5 << 20
_LAST = 1 << 16
# Vehicles slower than this wait [m/s].
_WAITING = 3.0
# Who is this near to the stop line is no longer before it [m].
_AT_LINE = 1.0
# Vehicles within this of the ego's way are looked at [m].
_AROUND = 400.0


@dataclass(frozen=True)
class SignalAhead:
    """One signal on the way; distances in m from the ego's front along its route.

    Attributes:
        name: Subject id of its phase.
        place: Of the lane that leads to it in the route.
        distance: To the stop line, negative beyond it.
        x: [m] of the stop line.
        y: [m].
        lane_id: Lane that leads to it, -1 where it has no number.
        limit: Speed limit up to it [m/s].
        rows: Phases in `Signals` of all movements that are possible; the first one rules where
            `certain`.
        open: Whether a movement is possible that no signal rules.
        certain: Whether one phase rules, whichever movement it is.
        maneuver: Value of `Maneuver`, 255 where it is not known.
        turn_on_red: Whether the map allows the turn to the near side on red.
    """

    name: str
    place: int
    distance: float
    x: float
    y: float
    lane_id: int
    limit: float
    rows: tuple[int, ...]
    open: bool
    certain: bool
    maneuver: int
    turn_on_red: bool


@dataclass(frozen=True)
class Queue:
    """Vehicles between the ego and a stop line, on the ego's lane.

    Attributes:
        distance: (n,) [m] of their rear bumpers from the ego's front, the nearest first.
        speed: (n,) [m/s].
        length: (n,) [m].
        to_line: (n,) [m] from their front to the stop line.
    """

    distance: NDArray[np.float64]
    speed: NDArray[np.float64]
    length: NDArray[np.float64]
    to_line: NDArray[np.float64]

    @property
    def waiting(self) -> NDArray[np.bool_]:
        """Which of them stand or creep, (n,)."""
        return np.asarray(self.speed < _WAITING)


def signal_name(region: int, node: int, phase: int) -> str:
    """Return the subject id of a phase; its number lies apart from those of objects and events."""
    return f'{(region & 0xFFFF) << 16 | node:X}:{_SHARE + phase}'


def signal_of_name(name: str) -> tuple[int, int, int] | None:
    """Return region, node and phase of a subject id, None where it names something else."""
    sender, _, number = name.partition(':')
    if not number.isdecimal() or not _SHARE <= int(number) < _SHARE + _LAST:
        return None
    place = int(sender, 16)
    region = place >> 16
    return (-1 if region == 0xFFFF else region), place & 0xFFFF, int(number) - _SHARE


def sources_of(scene: RoadScene, ahead: Sequence[SignalAhead]) -> list[Given]:
    """Return what tells of signals: them and the maps of the lanes that lead to them.

    Args:
        scene: The instant, with signals and road.
        ahead: Signals on the way.
    """
    signals, road = scene.signals, scene.road
    assert signals is not None
    told = [Given(InputKind.SPAT, float(signals.age[one.rows[0]])) for one in ahead]
    if road is None or road.route is None:
        return told
    lanes = [int(road.route.lane[one.place]) for one in ahead]
    return told + [
        since(InputKind.MAP, int(road.model.time[lane]), scene.stamp) for lane in lanes]


def signal_ceiling(name: str, signals: Signals | None, parameters: Parameters) -> Ceiling | None:
    """Return how high a signal may stand, None where the name is that of something else.

    A signal that is in doubt is worth knowing, no more; one not heard any more is gone.
    """
    key = signal_of_name(name)
    if key is None:
        return None
    row = None if signals is None else signals.row(*key)
    if row is None or signals is None:
        return LOST
    if signals.doubt[row] != Doubt.NONE:
        return Ceiling(Level.INFO, f'signal {Doubt(int(signals.doubt[row])).text}')
    if not trusted(signals, row, parameters):
        return Ceiling(Level.CAUTION, 'sender not verified')
    return FREE


def trusted(signals: Signals, row: int, parameters: Parameters) -> bool:
    """Return whether the sender of a phase showed what is asked for."""
    verdict = int(signals.verification[row])
    return verdict == Verification.VERIFIED or (
        parameters.trust.minimum_verification == 'not_checked'
        and verdict == Verification.NOT_CHECKED)


@dataclass(frozen=True)
class SignalsAhead:
    """The signals on the way, and where the way to further ones is lost.

    Attributes:
        signals: The nearest first, as far as they are known without a gap.
        mismatch: What does not fit between map and signals behind them, empty for nothing.
    """

    signals: tuple[SignalAhead, ...] = ()
    mismatch: str = ''


def signals_ahead(
    ego: EgoState, road: EgoRoad | None, signals: Signals | None, parameters: Parameters
) -> SignalsAhead:
    """Return the signals on the way.

    Args:
        ego: The ego now.
        road: Where it is on the road, None without a map.
        signals: What signals show, None where none was heard.
        parameters: Parameters of the package.
    """
    if road is None or road.route is None or signals is None:
        return SignalsAhead()
    roads, route, mismatch = road.model, road.route, ''
    found: list[SignalAhead] = []
    limits = roads.speed_limit(heavy=parameters.vehicle.heavy)
    limit = np.inf
    for place, lane in enumerate(route.lane.tolist()):
        limit = float(np.fmin(limit, limits[lane]))
        distance = float(route.stop[place]) - 0.5 * ego.length
        if distance > parameters.signals.route:
            break
        if not route.at_node[place]:
            continue
        phases = route.movements[place].phase
        ruled = np.unique(phases[phases >= 0])
        chosen = int(route.phase[place])
        if not len(ruled):
            limit = np.inf
            continue
        region, node = int(route.region[place]), int(route.node[place])
        one = len(np.unique(phases)) == 1 or (
            bool(route.certain[place]) and route.connection[place] >= 0)
        order = [chosen, *ruled.tolist()] if chosen >= 0 else ruled.tolist()
        wanted = [chosen] if one and chosen >= 0 else list(dict.fromkeys(order))
        rows = [signals.row(region, node, phase) for phase in wanted]
        known = [row for row in rows if row is not None]
        if len(known) < len(rows):
            heard = any(other == node for _, other in signals.intersections)
            mismatch = 'phase_not_in_signal' if heard else 'signal_not_heard'
            break
        connection = int(route.connection[place])
        maneuver = int(roads.lanes.connections.maneuver[connection]) if connection >= 0 else 255
        found.append(SignalAhead(
            name=signal_name(region, node, wanted[0]),
            place=place,
            distance=distance,
            x=float(roads.stop_x[lane]), y=float(roads.stop_y[lane]),
            lane_id=int(roads.lanes.lane_id[lane]),
            limit=limit,
            rows=tuple(known),
            open=bool((phases < 0).any()) and not (one and chosen >= 0),
            certain=one,
            maneuver=maneuver,
            turn_on_red=_turns_on_red(maneuver, int(roads.lanes.maneuvers[lane]), parameters),
        ))
        limit = np.inf
    return SignalsAhead(tuple(found), mismatch)


def signals_without_map(roads: RoadModel | None, signals: Signals) -> int:
    """Return how many of the intersections that are heard are on no map."""
    if roads is None or not len(roads.nodes):
        return len(signals.intersections)
    known = {(int(region), int(node)) for region, node in roads.nodes}
    numbers = {node for _, node in known}
    return sum(
        (region, node) not in known and not (
            node in numbers and (region < 0 or (-1, node) in known))
        for region, node in signals.intersections)


def queue_before(ego: EgoState, tracks: Tracks, road: EgoRoad, signal: SignalAhead) -> Queue:
    """Return who is on the ego's lanes between its front and a stop line.

    Args:
        ego: The ego now.
        tracks: All objects at the instant.
        road: Where the ego is on the road.
        signal: The signal at the stop line.
    """
    roads, route = road.model, road.route
    assert route is not None
    place = signal.place
    near = np.hypot(tracks.x - ego.x, tracks.y - ego.y) < _AROUND
    rows = np.flatnonzero(near)
    if not len(rows):
        nothing = np.zeros(0)
        return Queue(nothing, nothing, nothing, nothing)
    matches = match_lanes(
        roads, tracks.x[rows], tracks.y[rows], tracks.heading[rows],
        moving=tracks.speed[rows] > _WAITING)
    centre = np.full(len(rows), np.nan)
    for step in range(place + 1):
        on = matches.lane == route.lane[step]
        centre[on] = route.begin[step] + matches.station[on]
    half = 0.5 * tracks.length[rows]
    front = 0.5 * ego.length
    to_line = route.stop[place] - centre - half
    ahead = (centre > front) & (to_line > -_AT_LINE)
    order = np.flatnonzero(ahead)[np.argsort(centre[ahead])]
    return Queue(
        distance=(centre - half)[order] - front, speed=tracks.speed[rows][order],
        length=tracks.length[rows][order], to_line=to_line[order])


def _turns_on_red(maneuver: int, allowed: int, parameters: Parameters) -> bool:
    """Return whether a turn to the near side may pass a red light."""
    left = parameters.driving_side == 'left'
    turn = Maneuver.MANEUVER_LEFT_TURN if left else Maneuver.MANEUVER_RIGHT_TURN
    if maneuver != turn or parameters.signals.right_on_red == 'never':
        return False
    bit = (AllowedManeuver.MANEUVER_LEFT_TURN_ON_RED_ALLOWED if left
           else AllowedManeuver.MANEUVER_RIGHT_TURN_ON_RED_ALLOWED)
    return parameters.signals.right_on_red == 'always' or bool(allowed & int(bit))


def words(light: Light) -> str:
    """Return what a light shows as a person says it."""
    return light.name.capitalize().replace('_', ' ')
