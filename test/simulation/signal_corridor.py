# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A street with five signals in SUMO: an ego that follows speed advice, and one without it.

The signals speak in SPAT and MAP frames, the other vehicles in basic safety messages; the ego
hears them through the whole pipeline and hands nothing but speeds to SUMO, whose driver keeps its
own distances and stops at red lights by itself.
"""

from __future__ import annotations

import random
import subprocess
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from networks import program

from icv_v2x.advisory.types import Application
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Odometry, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.signal_plans import (
    SPAT_AID,
    FixedCycle,
    intersection_value,
    spat_octets,
)
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Pipeline
from icv_v2x.tools.import_trajectories import DEFAULT_PLACE, LATENCY
from icv_v2x.tools.simulation.traffic import STEP, simulation
from icv_v2x.tools.simulation.unit import Air, YawRates, nanoseconds, temporary_id
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.tools.simulation.traffic import Snapshot, Sumo

EGO = 'ego'
LIMIT = 13.89
SPACING = (420.0, 380.0, 520.0, 450.0, 400.0, 350.0)
"""Ways between the ends of the street and its five signals [m]."""
GREEN, YELLOW, CLEARANCE = 34.0, 3.0, 3.0
OFFSETS = (0.0, 47.0, 21.0, 66.0, 38.0)
"""Of the plans against the clock [s]; the street has no green wave of its own."""

_UNIT = 0xC0FFEE
_REGION = 1
# Whose messages are heard [m]: who is farther does not matter before the next stop line.
_RANGE = 200.0
# Who drives another way is not heard.
_SAME_WAY = 0.7
_OTHERS_SILENT = {
    f'{group.name}.enabled': False for group in fields(Parameters)
    if hasattr(group.default, 'enabled') and group.name != 'glosa'}
# Cycles come at 2.5 Hz, every fourth step, and everyone sends before each.
_EVERY = 4
_STOPPED = 0.1
# An ego that has not arrived by then never does [s].
_PATIENCE = 900.0
# From so near to the stop line on nothing is advised, some way of a cycle added [m].
_NEAR = 36.0
# How far ahead of now a profile is read [s].
_AHEAD = 0.4


@dataclass(frozen=True)
class Corridor:
    """A street that SUMO runs.

    Attributes:
        config: The `.sumocfg`.
        links: Its lanes for the ego's direction.
        nodes: Names of the signals in SUMO, in the order of the drive.
    """

    config: Path
    links: tuple[LinkPlan, ...]
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Drive:
    """What a drive along the street came to.

    Attributes:
        stops: How often the ego came to a stop (below 0.1 m/s).
        distance: [m].
        duration: [s] from departure to arrival.
        fuel: [g] by SUMO's emission model.
        red: Stop lines passed on red.
        advised: Share of the time with advice.
    """

    stops: int
    distance: float
    duration: float
    fuel: float
    red: int
    advised: float


def corridor(folder: Path, *, flow: float = 0.0, end: float = 1500.0) -> Corridor:
    """Build the street, with one crossing street at each signal.

    Args:
        folder: Where the files go.
        flow: Vehicles per hour and lane, on all lanes.
        end: Of the traffic [s].
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = np.cumsum((0.0, *SPACING))
    names = ['w', *(f'j{number}' for number in range(1, 6)), 'e']
    nodes, edges, links, flows = '', '', '', ''
    for name, x in zip(names, places, strict=True):
        kind = ' type="traffic_light"' if name[0] == 'j' else ''
        nodes += f'<node id="{name}" x="{x}" y="0"{kind}/>'
    for first, second in pairwise(names):
        edges += _edge(first, second, 2) + _edge(second, first, 2)
    for before, name, after in zip(names[:-2], names[1:-1], names[2:], strict=True):
        x = places[names.index(name)]
        nodes += f'<node id="{name}s" x="{x}" y="-250"/><node id="{name}n" x="{x}" y="250"/>'
        for outer in ('s', 'n'):
            edges += _edge(f'{name}{outer}', name, 1) + _edge(name, f'{name}{outer}', 1)
        for begin, to, lanes in (
            (before, after, 2), (after, before, 2), (f'{name}s', f'{name}n', 1),
            (f'{name}n', f'{name}s', 1),
        ):
            links += ''.join(
                f'<connection from="{begin}_{name}" to="{name}_{to}" fromLane="{lane}" '
                f'toLane="{lane}"/>' for lane in range(lanes))
        flows += _flow(f'{name}s', [f'{name}s', name, f'{name}n'], flow, end)
        flows += _flow(f'{name}n', [f'{name}n', name, f'{name}s'], flow, end)
    flows += _flow('east', names, 2.0 * flow, end) + _flow('west', names[::-1], 2.0 * flow, end)
    (folder / 'n.nod.xml').write_text(f'<nodes>{nodes}</nodes>')
    (folder / 'e.edg.xml').write_text(f'<edges>{edges}</edges>')
    (folder / 'c.con.xml').write_text(f'<connections>{links}</connections>')
    (folder / 'd.rou.xml').write_text(
        '<routes><vType id="car" length="4.6" width="1.8" sigma="0.5" speedDev="0.1"/>'
        '<vType id="own" length="4.6" width="1.8" sigma="0.5" speedDev="0" speedFactor="1"/>'
        f'<route id="along" edges="{_edges(names)}"/>{flows}</routes>')
    subprocess.run(
        [program('netconvert'), '-n', 'n.nod.xml', '-e', 'e.edg.xml', '-x', 'c.con.xml',
         '-o', 'net.xml', '--no-turnarounds', '--offset.disable-normalization'],
        cwd=folder, check=True, capture_output=True)
    config = folder / 'run.sumocfg'
    config.write_text(
        '<configuration><net-file value="net.xml"/><route-files value="d.rou.xml"/>'
        '<time-to-teleport value="-1"/><device.emissions.probability value="0"/>'
        '</configuration>')
    return Corridor(config, _links(places), tuple(names[1:-1]))


def drive(street: Corridor, seed: int, *, advised: bool) -> Drive:
    """Drive the street once; the seed decides on traffic and on the time of departure."""
    with simulation(street.config, seed) as sumo:
        library = sumo.library
        _control(library, street)
        depart = 60.0 + random.Random(seed).uniform(0.0, 80.0)
        library.vehicle.add(
            EGO, 'along', typeID='own', depart=f'{depart:.1f}', departLane='0',
            departSpeed='max')
        listener = _Listener(street, sumo) if advised else None
        tally = _Tally(street, library)
        while sumo.time < depart + _PATIENCE:
            snapshot = sumo.step_around(EGO, _RANGE)
            if EGO not in snapshot.names:
                if tally.departed:
                    break
                continue
            tally.add(snapshot)
            if listener is not None:
                listener.step(snapshot, tally)
        return tally.result()


class _Tally:
    """Counts what a drive comes to."""

    def __init__(self, street: Corridor, library: Any) -> None:
        self.departed = False
        self.steps = self.with_advice = 0
        self._street = street
        self._library = library
        self._stops = self._red = 0
        self._fuel = self._distance = 0.0
        self._moving = True
        self._edge = ''

    def add(self, snapshot: Snapshot) -> None:
        """Take one step in."""
        vehicle = self._library.vehicle
        self.departed = True
        self.steps += 1
        speed = float(snapshot.speed[snapshot.names.index(EGO)])
        if self._moving and speed < _STOPPED:
            self._stops += 1
        # A creep is no new start.
        self._moving = speed > 1.0 or (self._moving and speed >= _STOPPED)
        self._fuel += 1e-3 * float(vehicle.getFuelConsumption(EGO)) * STEP
        self._distance = float(vehicle.getDistance(EGO))
        edge = vehicle.getRoadID(EGO)
        if edge.startswith(':j') and not self._edge.startswith(':'):
            name = edge[1:].partition('_')[0]
            lights = _lights(self._library, name)
            self._red += lights.light(snapshot.time - STEP) == Light.RED
        self._edge = edge

    def result(self) -> Drive:
        """Return what the drive came to."""
        return Drive(
            self._stops, self._distance, self.steps * STEP, self._fuel, self._red,
            self.with_advice / max(self.steps // _EVERY, 1))


class _Listener:
    """The ego's on-board unit and pipeline, and a driver that takes speeds from it."""

    def __init__(self, street: Corridor, sumo: Sumo) -> None:
        self._street = street
        self._library = sumo.library
        self._air = Air(sumo.builds)
        self._yaw_rates = YawRates()
        self._map = MapFrame(*DEFAULT_PLACE, 0.0)
        self._count = 0
        self._advice: Advisory | None = None
        self._planned: Advisory | None = None
        self._since = 0.0
        self._pipeline = Pipeline(build(Parameters, {
            **_OTHERS_SILENT,
            'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
            'vehicle.length': 4.6, 'vehicle.width': 1.8, 'vehicle.base_link_to_center': 0.0,
            'vehicle.temporary_id': f'{temporary_id(EGO):016X}',
        }))

    def step(self, snapshot: Snapshot, tally: _Tally) -> None:
        """Hear, decide and drive."""
        yaw_rate = self._yaw_rates.update(snapshot)
        self._count += 1
        if self._count % _EVERY:
            self._follow(self._count % _EVERY * STEP)
            return
        row = snapshot.names.index(EGO)
        stamp = nanoseconds(snapshot.time)
        now = stamp + LATENCY
        self._pipeline.receive(Odometry(
            stamp=stamp, frame_id='map', x=float(snapshot.x[row]), y=float(snapshot.y[row]),
            z=0.0, yaw=float(snapshot.heading[row]), velocity_x=float(snapshot.speed[row]),
            velocity_y=0.0, yaw_rate=float(yaw_rate[row])))
        away = np.hypot(snapshot.x - snapshot.x[row], snapshot.y - snapshot.y[row])
        along = np.cos(snapshot.heading - snapshot.heading[row]) > _SAME_WAY
        near = np.flatnonzero((away <= _RANGE) & along & (np.arange(len(away)) != row))
        frames = [
            *self._air.frames(snapshot, yaw_rate, near).values(),
            *self._roadside(snapshot.time, stamp)]
        self._pipeline.receive(batch_of(frames, now))
        self._advice = next((
            advisory for advisory in self._pipeline.cycle(now).advisories
            if advisory.application == Application.GLOSA), None)
        assert not self._pipeline.failures, self._pipeline.failures
        tally.with_advice += self._advice is not None
        self._follow(0.0)

    def _roadside(self, time: float, stamp: int) -> list[Frame]:
        """Return what the road-side units send: signals at 2.5 Hz, the map every 4 s."""
        def frame(octets: bytes, aid: int) -> Frame:
            return Frame(
                stamp + LATENCY, stamp, octets, Verification.VERIFIED, _UNIT,
                SignerRole.ROADSIDE, aid)

        plans = [_lights(self._library, name) for name in self._street.nodes]
        fixed = int(IntersectionStatus.FIXED_TIME_OPERATION)
        sent = [frame(spat_octets([
            intersection_value(_REGION, number, {1: plan.states(time)}, stamp, status=fixed)
            for number, plan in enumerate(plans, start=1)
        ], stamp, self._count // _EVERY), SPAT_AID)]
        if self._count % (10 * _EVERY) == _EVERY:
            sent.append(frame(
                map_octets(self._street.links, self._map, region=_REGION), MAP_AID))
        return sent

    def _follow(self, since: float) -> None:
        """Hand the speed advised some time ago [s] to SUMO; without one its driver is free.

        Near the stop line the advice falls silent. Until the light is green, the driver keeps to
        what was planned up to the line then.
        """
        vehicle, advice = self._library.vehicle, self._advice
        if advice is not None and advice.stop_profile_time:
            self._planned, self._since = advice, since
        elif self._planned is not None:
            self._since += STEP
            if not self._waits_near():
                self._planned = None
        if self._planned is None:
            vehicle.setSpeed(EGO, -1.0)
            return
        speeds = self._planned.stop_profile_speed
        speed = float(np.interp(
            self._since + _AHEAD, self._planned.stop_profile_time, speeds))
        # Who is to go faster does so as SUMO's driver would.
        if speeds[1] > speeds[0] and self._since < self._planned.stop_profile_time[1]:
            speed = speeds[1]
        vehicle.setSpeed(EGO, speed)

    def _waits_near(self) -> bool:
        """Return whether the ego has a light that is not green right before it."""
        ahead = self._library.vehicle.getNextTLS(EGO)
        if not ahead or ahead[0][2] > _NEAR:
            return False
        return ahead[0][3] not in 'gG'


def _lights(library: Any, name: str) -> FixedCycle:
    """Return the plan of a signal for the street itself; the clock is that of the simulation."""
    offset = float(library.trafficlight.getParameter(name, 'begin'))
    cycle = 2.0 * (GREEN + YELLOW + CLEARANCE)
    return FixedCycle(
        ((Light.PROTECTED_GREEN, GREEN), (Light.YELLOW, YELLOW),
         (Light.RED, cycle - GREEN - YELLOW)), offset)


def _control(library: Any, street: Corridor) -> None:
    """Give every signal its plan: the street, then the street that crosses it."""
    control = library.trafficlight
    for name, offset in zip(street.nodes, OFFSETS, strict=True):
        along = [
            links[0][0].startswith(('w_', 'e_', 'j')) and links[0][0].count('_') >= 1
            and links[0][0].split('_')[0] in ('w', 'e', *street.nodes)
            for links in control.getControlledLinks(name)]
        first = ''.join('G' if street_ else 'r' for street_ in along)
        second = ''.join('r' if street_ else 'G' for street_ in along)
        phases = []
        for state in (first, second):
            for word, duration in (
                (state, GREEN), (state.replace('G', 'y'), YELLOW), ('r' * len(state), CLEARANCE),
            ):
                phases.append(control.Phase(duration, word))
        control.setProgramLogic(name, control.Logic('own', 0, 0, phases))
        # The plan begins at the offset, so at 0 it is that far from its begin.
        place, rest = 0, 2.0 * (GREEN + YELLOW + CLEARANCE) - offset
        while offset > 0.0 and rest >= phases[place].duration:
            rest -= phases[place].duration
            place += 1
        control.setPhase(name, place)
        if offset > 0.0:
            control.setPhaseDuration(name, phases[place].duration - rest)
        control.setParameter(name, 'begin', str(offset))


def _links(places: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[LinkPlan, ...]:
    """Return the lanes that lead east; SUMO numbers them from the right."""
    made = []
    for number in range(1, 6):
        begin = float(places[number - 1]) + (0.0 if number == 1 else _NODE_RADIUS)
        end = float(places[number]) - _NODE_RADIUS
        made.append(LinkPlan(number - 1, number, tuple(
            LanePlan(
                lane + 1, np.array([[begin, y], [end, y]]),
                (WayOver(number + 1, lane + 1, phase=1),))
            for lane, y in enumerate((-4.8, -1.6))), width=3.2, limit=LIMIT))
    return tuple(made)


# From the middle of a junction to its stop lines, as netconvert draws them [m].
_NODE_RADIUS = 7.2


def _edge(begin: str, to: str, lanes: int) -> str:
    return (f'<edge id="{begin}_{to}" from="{begin}" to="{to}" numLanes="{lanes}" '
            f'speed="{LIMIT}"/>')


def _edges(names: list[str]) -> str:
    return ' '.join(
        f'{first}_{second}' for first, second in pairwise(names))


def _flow(name: str, names: list[str], per_hour: float, end: float) -> str:
    if per_hour <= 0.0:
        return ''
    return (
        f'<flow id="{name}" type="car" begin="0" end="{end}" period="exp({per_hour / 3600})" '
        f'departLane="best" departSpeed="desired"><route edges="{_edges(names)}"/></flow>')
