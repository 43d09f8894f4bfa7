# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road-side unit of a SUMO network: its lanes as MAP, its signals as SPAT."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame
from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.signal_plans import (
    SPAT_AID,
    FixedCycle,
    intersection_value,
    spat_octets,
)
from icv_v2x.message_set.records.map_common import AllowedManeuver, Maneuver
from icv_v2x.message_set.records.spat import IntersectionStatus
from icv_v2x.tools.import_trajectories import DEFAULT_PLACE, LATENCY
from icv_v2x.tools.simulation.unit import nanoseconds
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from pathlib import Path

_UNIT = 0xC0FFEE
_REGION = 1
# Steps of 0.1 s from one MAP, and from one SPAT, to the next.
_MAP_EVERY, _SPAT_EVERY = 10, 5
_MANEUVERS = {
    's': Maneuver.MANEUVER_STRAIGHT, 'l': Maneuver.MANEUVER_LEFT_TURN,
    'L': Maneuver.MANEUVER_LEFT_TURN, 'r': Maneuver.MANEUVER_RIGHT_TURN,
    'R': Maneuver.MANEUVER_RIGHT_TURN, 't': Maneuver.MANEUVER_U_TURN,
}
_SIGNS = {
    'm': int(AllowedManeuver.YIELD_ALWAYS_REQUIRED), 's': int(AllowedManeuver.GO_WITH_HALT)}
_LIGHTS = {
    'G': Light.PROTECTED_GREEN, 'g': Light.PERMISSIVE_GREEN, 'y': Light.YELLOW, 'r': Light.RED,
}


class RoadSideUnit:
    """Tells everybody of the lanes once a second, and of the signals twice."""

    def __init__(self, net: Path) -> None:
        """Read the network."""
        root = ElementTree.parse(net).getroot()
        groups = {name: _groups(cycles) for name, cycles in _cycles(root).items()}
        links, nodes = _links(root, groups)
        self._map = map_octets(links, MapFrame(*DEFAULT_PLACE, 0.0), region=_REGION)
        self._signals = {
            nodes[name]: {group[link]: cycle for link, cycle in _cycles(root)[name].items()}
            for name, group in groups.items()}

    def frames(self, time: float) -> list[Frame]:
        """Return what the unit sends at a time of the simulation [s]."""
        step, stamp = round(time * 10.0), nanoseconds(time)
        sent: list[tuple[bytes, int]] = []
        if step % _MAP_EVERY == 0:
            sent.append((self._map, MAP_AID))
        if self._signals and step % _SPAT_EVERY == 0:
            sent.append((spat_octets([
                intersection_value(
                    _REGION, node,
                    {phase: cycle.states(time) for phase, cycle in cycles.items()}, stamp,
                    status=int(IntersectionStatus.FIXED_TIME_OPERATION))
                for node, cycles in self._signals.items()
            ], stamp, step // _SPAT_EVERY), SPAT_AID))
        return [
            Frame(
                stamp + LATENCY, stamp, octets, Verification.VERIFIED, _UNIT,
                SignerRole.ROADSIDE, aid)
            for octets, aid in sent]


def _cycles(root: ElementTree.Element) -> dict[str, dict[int, FixedCycle]]:
    """Return the plan of every link of each signal."""
    found = {}
    for logic in root.iter('tlLogic'):
        phases = [
            (phase.get('state', ''), float(phase.get('duration', '0')))
            for phase in logic.iter('phase')]
        plans = {}
        for link in range(len(phases[0][0])):
            lights: list[tuple[Light, float]] = []
            for state, duration in phases:
                light = _LIGHTS[state[link]]
                if lights and lights[-1][0] == light:
                    lights[-1] = (light, lights[-1][1] + duration)
                else:
                    lights.append((light, duration))
            plans[link] = FixedCycle(tuple(lights), -float(logic.get('offset', '0')))
        found[logic.get('id', '')] = plans
    return found


def _groups(cycles: dict[int, FixedCycle]) -> dict[int, int]:
    """Return the phase of every link: those that always show the same have one."""
    known: list[FixedCycle] = []
    groups = {}
    for link, cycle in cycles.items():
        if cycle not in known:
            known.append(cycle)
        groups[link] = known.index(cycle) + 1
    return groups


def _links(
    root: ElementTree.Element, groups: dict[str, dict[int, int]],
) -> tuple[list[LinkPlan], dict[str, int]]:
    """Return the lanes of a network, and the signals in it with their nodes."""
    edges = {
        edge.get('id', ''): edge for edge in root.iter('edge') if edge.get('function') is None}
    names = sorted(
        junction.get('id', '') for junction in root.iter('junction')
        if junction.get('type') != 'internal')
    number = {name: place for place, name in enumerate(names, start=1)}
    ways: dict[tuple[str, int], list[WayOver]] = {}
    signs: dict[tuple[str, int], int] = {}
    signals = {}
    for way in root.iter('connection'):
        begin, to = way.get('from', ''), way.get('to', '')
        if begin not in edges or to not in edges:
            continue
        phase = 0
        if way.get('tl') is not None:
            phase = groups[way.get('tl', '')][int(way.get('linkIndex', '0'))]
            signals[way.get('tl', '')] = number[edges[begin].get('to', '')]
        # A lane has a sign where it gives way on all its ways.
        lane = begin, int(way.get('fromLane', '0'))
        signs[lane] = signs.get(lane, -1) & _SIGNS.get(way.get('state', ''), 0)
        ways.setdefault(lane, []).append(WayOver(
            number[edges[to].get('to', '')], int(way.get('toLane', '0')) + 1, phase,
            _MANEUVERS[way.get('dir', 's')]))
    links = []
    for name, edge in edges.items():
        lanes = []
        for lane in edge.iter('lane'):
            index = int(lane.get('index', '0'))
            points = np.array([
                [float(value) for value in point.split(',')]
                for point in lane.get('shape', '').split()])
            lanes.append(LanePlan(
                index + 1, points, tuple(ways.get((name, index), ())),
                signs.get((name, index), 0)))
        links.append(LinkPlan(
            number[edge.get('from', '')], number[edge.get('to', '')], tuple(lanes), width=3.2,
            limit=float(next(iter(edge.iter('lane'))).get('speed', '13.89'))))
    return links, signals
