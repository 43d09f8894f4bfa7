# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The frames of a full radio channel: a minute that repeats, of 5,000 frames a second.

430 vehicles drive on twenty streets about a block that the ego circles, and send ten basic safety
messages a second each; a vehicle falls silent before it comes to the end of its street and begins
anew at the other one, so that 400 send at any time. Forty units beside the streets see 650 other
vehicles, 600 at any time. Fifty intersections tell their signals ten times and their maps once a
second, thirty units their events and signs, twenty vehicles what they mean to do.

Times are given within the minute only, as far as the standard lets them, so that the same octets
are right in every minute.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, Motion, Sender, batch_of, bsm_octets
from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, WayOver, map_octets
from icv_v2x.interchange.signal_plans import SPAT_AID, FixedCycle, intersection_value
from icv_v2x.message_set import codec
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

ORIGIN = (39.795, 116.506, 30.0)
MINUTE = 60_000_000_000
MIX = {'BSM': 4000, 'RSM': 400, 'SPAT': 500, 'MAP': 50, 'RSI': 30, 'VIR': 20}
"""Frames a second, by kind of message."""

SENDERS, PERCEIVED, UNITS, NODES = 430, 650, 40, 50
SEEN_AT_ONCE = 15
# Who comes to the end of the street is silent for so long: longer than a track lives [s].
_SILENCE = 4.0
_RSM_AID, _RSI_AID, _VIR_AID = 3623, 3620, 0
_CYCLE = FixedCycle(((Light.RED, 30.0), (Light.PROTECTED_GREEN, 27.0), (Light.YELLOW, 3.0)))
_EGO_RADIUS, _EGO_SPEED = 38.0, 8.0


@dataclass(frozen=True)
class Drivers:
    """n vehicles on straight streets, each over the whole of its street in a minute.

    Attributes:
        angle: (n,) [rad] direction.
        aside: (n,) [m] of the lane from the middle of the block.
        speed: (n,) [m/s].
        phase: (n,) [s] how far into its minute each is.
    """

    angle: NDArray[np.float64]
    aside: NDArray[np.float64]
    speed: NDArray[np.float64]
    phase: NDArray[np.float64]

    def at(self, time: NDArray[np.float64], row: int) -> tuple[NDArray[np.float64], ...]:
        """Return x, y [m] and whether it is heard, of one vehicle at times [s], (k,) each."""
        passed = np.mod(time + self.phase[row], 60.0)
        along = (passed - 30.0) * self.speed[row]
        cosine, sine = math.cos(self.angle[row]), math.sin(self.angle[row])
        return (
            along * cosine - self.aside[row] * sine, along * sine + self.aside[row] * cosine,
            passed < 60.0 - _SILENCE)


def drivers(count: int, seed: int) -> Drivers:
    """Return vehicles spread over twenty streets of four lanes."""
    random = np.random.default_rng(seed)
    street = np.arange(count) % 20
    lane = np.arange(count) // 20 % 4
    side = np.where(lane < 2, -1.0, 1.0)
    distance = 70.0 + 45.0 * (street // 4)
    aside = np.where(street % 2 == 0, distance, -distance) + side * (2.0 + 3.5 * (lane % 2))
    angle = np.where(street // 2 % 2 == 0, 0.0, 0.5 * np.pi) + np.where(side > 0.0, np.pi, 0.0)
    # Turned about, left is right.
    aside = np.where(side > 0.0, -aside, aside)
    # Those of one lane keep their distances.
    speed = 8.0 + 1.5 * (street % 5)
    slots = max(1, -(-count // 80))
    phase = (np.arange(count) // 80 + random.uniform(0.1, 0.9, count)) * 60.0 / slots
    return Drivers(angle, aside, speed, phase)


def ego_state(time: float) -> tuple[float, float, float, float, float]:
    """Return x, y [m], yaw [rad], speed [m/s] and yaw rate [rad/s] of the ego at a time [s]."""
    rate = _EGO_SPEED / _EGO_RADIUS
    angle = math.remainder(rate * time, 2.0 * math.pi)
    return (
        _EGO_RADIUS * math.sin(angle), -_EGO_RADIUS * math.cos(angle), angle, _EGO_SPEED, rate)


def minute(
    mix: dict[str, int] | None = None, seconds: float = 60.0,
) -> list[tuple[int, str, Frame]]:
    """Return the frames of a minute, in the order of their sending.

    Args:
        mix: Frames a second by kind; kinds left out are not sent.
        seconds: Only the first part of it.

    Returns:
        Instant within the minute [ns], kind, and the frame with its times at the epoch.
    """
    mix = MIX if mix is None else mix
    map_frame = MapFrame(*ORIGIN)
    made = itertools.chain(
        _bsm(map_frame, seconds) if mix.get('BSM') else (),
        _rsm(map_frame, seconds) if mix.get('RSM') else (),
        _spat(seconds) if mix.get('SPAT') else (),
        _maps(map_frame, seconds) if mix.get('MAP') else (),
        _events(map_frame, seconds) if mix.get('RSI') else (),
        _intentions(map_frame, seconds) if mix.get('VIR') else ())
    return sorted(made, key=lambda item: item[0])


def batches(
    frames: list[tuple[int, str, Frame]], window: int, begin: int,
) -> Iterator[tuple[int, FrameBatch]]:
    """Yield what is handed over at the end of every window that holds frames.

    Args:
        frames: As `minute` gives them.
        window: [ns].
        begin: Instant of the first minute's begin [ns since the Unix epoch].
    """
    for number, group in itertools.groupby(frames, key=lambda item: item[0] // window):
        until = begin + (number + 1) * window
        yield until, batch_of(
            [frame._replace(
                reception_time=begin + at + 1_000_000, generation_time=begin + at)
             for at, _, frame in group], until)


def _frame(octets: bytes, signer: int, role: SignerRole, aid: int) -> Frame:
    return Frame(0, 0, octets, Verification.VERIFIED, signer, role, aid)


def _bsm(map_frame: MapFrame, seconds: float) -> Iterator[tuple[int, str, Frame]]:
    group = drivers(SENDERS, 1)
    for row in range(SENDERS):
        times = np.arange(row % 100 * 0.001, seconds, 0.1)
        x, y, heard = group.at(times, row)
        times, x, y = times[heard > 0], x[heard > 0], y[heard > 0]
        still = np.zeros(len(times))
        motion = Motion(
            np.round(times * 1e9).astype(np.int64), x, y, still + ORIGIN[2],
            still + math.remainder(group.angle[row], 2.0 * math.pi), still + group.speed[row],
            still, still)
        sender = Sender(0x1000_0000_0000_0000 + row, row + 1, ObjectClass.CAR, 4.6, 1.9, 1.5)
        for at, octets in zip(motion.time, bsm_octets(sender, motion, map_frame), strict=True):
            yield int(at), 'BSM', _frame(octets, row + 1, SignerRole.VEHICLE, 111)


def _rsm(map_frame: MapFrame, seconds: float) -> Iterator[tuple[int, str, Frame]]:
    """Units in a grid over the streets; each vehicle is told of by one of them."""
    group = drivers(PERCEIVED, 2)
    for unit in range(UNITS):
        rows = range(unit, PERCEIVED, UNITS)
        times = np.arange(unit * 0.0025, seconds, 0.1)
        places = [group.at(times, row) for row in rows]
        latitude, longitude, _ = map_frame.to_geodetic(
            np.array([x for x, _, _ in places]), np.array([y for _, y, _ in places]),
            np.full((len(rows), len(times)), ORIGIN[2]))
        heading = map_frame.yaw_to_heading(
            np.repeat(group.angle[list(rows)][:, np.newaxis], len(times), axis=1),
            latitude, longitude)
        reference = {'lat': round(ORIGIN[0] * 1e7), 'long': round(ORIGIN[1] * 1e7)}
        for k, time in enumerate(times):
            at = round(float(time) * 1e9)
            seen = [
                _participant(
                    row, at, float(latitude[i, k]), float(longitude[i, k]),
                    float(heading[i, k]), float(group.speed[row]), reference)
                for i, row in enumerate(rows) if places[i][2][k]][:16]
            octets = codec.encode({'rsmFrame': {
                'msgCnt': k % 128, 'id': f'RSU{unit:05d}'.encode().hex().upper(),
                'refPos': reference, 'participants': seen}})
            yield at, 'RSM', _frame(octets, 100_000 + unit, SignerRole.ROADSIDE, _RSM_AID)


def _participant(
    number: int, at: int, latitude: float, longitude: float, heading: float, speed: float,
    reference: dict[str, int],
) -> dict[str, Any]:
    return {
        'ptcType': 'motor', 'ptcId': number + 1, 'source': 'video',
        'secMark': at // 1_000_000,
        'pos': {'offsetLL': {'position-LL6': {
            'lon': round(longitude * 1e7) - reference['long'],
            'lat': round(latitude * 1e7) - reference['lat']}}},
        'posConfidence': {'pos': 'a1m'},
        'speed': round(speed / 0.02),
        'heading': round(math.degrees(heading) / 0.0125) % 28800,
        'size': {'width': 190, 'length': 460},
        'vehicleClass': {'classification': 10},
    }


def _spat(seconds: float) -> Iterator[tuple[int, str, Frame]]:
    for node in range(NODES):
        for k, time in enumerate(np.arange(node * 0.002, seconds, 0.1)):
            at = round(float(time) * 1e9)
            shown = {
                phase: _CYCLE.states(float(time) + 7.0 * node + 15.0 * phase)
                for phase in range(1, 5)}
            told = intersection_value(1, node + 1, shown, at)
            del told['moy']
            octets = codec.encode({'spatFrame': {
                'msgCnt': k % 128, 'timeStamp': at // 1_000_000, 'intersections': [told]}})
            yield at, 'SPAT', _frame(octets, 200_000 + node, SignerRole.ROADSIDE, SPAT_AID)


def _maps(map_frame: MapFrame, seconds: float) -> Iterator[tuple[int, str, Frame]]:
    for node in range(NODES):
        x, y = -400.0 + 90.0 * (node % 10), -180.0 + 90.0 * (node // 10)
        links = []
        for arm, (east, north) in enumerate(((1, 0), (-1, 0), (0, 1), (0, -1))):
            along = np.linspace(75.0, 12.0, 6)[:, np.newaxis]
            line = np.array([x, y]) - along * np.array([east, north]) + np.array([
                1.75 * north, -1.75 * east])
            links.append(LinkPlan(1000 + 4 * node + arm, node + 1, (
                LanePlan(1, line, (WayOver(1000 + 4 * node + arm ^ 1, 1, arm + 1),)),)))
        octets = map_octets(links, map_frame)
        for at in np.arange(node * 0.02, seconds, 1.0):
            yield round(float(at) * 1e9), 'MAP', _frame(
                octets, 200_000 + node, SignerRole.ROADSIDE, MAP_AID)


def _events(map_frame: MapFrame, seconds: float) -> Iterator[tuple[int, str, Frame]]:
    for unit in range(30):
        reference = {'lat': round(ORIGIN[0] * 1e7), 'long': round(ORIGIN[1] * 1e7)}
        x, y = -300.0 + 100.0 * (unit % 6), -200.0 + 100.0 * (unit // 6)

        def offset(east: float, north: float) -> dict[str, Any]:
            latitude, longitude, _ = map_frame.to_geodetic(
                np.array([east]), np.array([north]), np.array([ORIGIN[2]]))
            return {'offsetLL': {'position-LatLon': {
                'lon': round(float(longitude[0]) * 1e7), 'lat': round(float(latitude[0]) * 1e7)}}}

        path = {'activePath': [offset(x + 20.0 * k, y) for k in range(8)], 'pathRadius': 100}
        value = {
            'id': f'RSI{unit:05d}'.encode().hex().upper(), 'refPos': reference,
            'rtes': [{
                'rteId': 1, 'eventType': 501, 'eventSource': 'detection',
                'eventPos': offset(x + 60.0, y), 'referencePaths': [path]}],
            'rtss': [{
                'rtsId': 2, 'signType': 85, 'signPos': offset(x, y - 5.0),
                'description': {'textString': '50'}, 'referencePaths': [path]}]}
        for k, at in enumerate(np.arange(unit * 0.033, seconds, 1.0)):
            octets = codec.encode({'rsiFrame': {'msgCnt': k % 128, **value}})
            yield round(float(at) * 1e9), 'RSI', _frame(
                octets, 300_000 + unit, SignerRole.ROADSIDE, _RSI_AID)


def _intentions(map_frame: MapFrame, seconds: float) -> Iterator[tuple[int, str, Frame]]:
    group = drivers(SENDERS, 1)
    for row in range(20):
        for k, time in enumerate(np.arange(row * 0.05, seconds, 1.0)):
            x, y, heard = group.at(np.array([time]), row)
            if not heard[0]:
                continue
            latitude, longitude, _ = map_frame.to_geodetic(x, y, np.full(1, ORIGIN[2]))
            at = round(float(time) * 1e9)
            octets = codec.encode({'msgFrameExt': {'messageId': 13, 'value': {
                'VehIntentionAndRequest': {
                    'msgCnt': k % 128, 'id': f'{0x1000_0000_0000_0000 + row:016X}',
                    'secMark': at // 1_000_000,
                    'refPos': {
                        'lat': round(float(latitude[0]) * 1e7),
                        'long': round(float(longitude[0]) * 1e7)},
                    'intAndReq': {'currentBehavior': {'value': '0008', 'length': 14}}}}}})
            yield at, 'VIR', _frame(octets, row + 1, SignerRole.VEHICLE, _VIR_AID)
