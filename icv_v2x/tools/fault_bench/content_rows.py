# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Rows 12 to 14, 20, 23 and 27: content that is wrong, and roads and parameters that are."""

from __future__ import annotations

import dataclasses
import functools
import math
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Application, Level
from icv_v2x.faults import Damage, Mutate, Reach
from icv_v2x.faults.rewriting import Rewriting
from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange.map_plans import LanePlan, LinkPlan, map_octets
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.parameters import ParameterError, Parameters, build
from icv_v2x.parameters.schema import specifications
from icv_v2x.scenes import Scene
from icv_v2x.tools.fault_bench.drives import SPEED, drive, scripted, signal_scene
from icv_v2x.tools.fault_bench.longest import longest_frames
from icv_v2x.tools.fault_bench.matrix import (
    Bench,
    Findings,
    Row,
    common,
    compare_calm,
    compare_threats,
)
from icv_v2x.tools.fault_bench.trial import resident
from icv_v2x.translate.reports import ObjectReports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults import Process
    from icv_v2x.scenes.road_side import Site

_FIELDS: dict[str, tuple[int, ...]] = {
    'pos.lat': (-900_000_000, 900_000_000, 900_000_001),
    'pos.long': (-1_799_999_999, 1_800_000_000, 1_800_000_001),
    'pos.elevation': (-4096, 61_439),
    'speed': (0, 8190, 8191),
    'heading': (0, 28_799, 28_800),
    'accelSet.long': (-2000, 2000, 2001),
    'accelSet.lat': (-2000, 2000, 2001),
    'accelSet.vert': (-127, 127),
    'accelSet.yaw': (-32_767, 32_767),
    'size.width': (0, 1023),
    'size.length': (0, 4095),
    'size.height': (0, 127),
    'secMark': (0, 59_999, 60_999, 65_535),
    'msgCnt': (0, 127),
}
"""Field of a basic safety message to its extremes and the codes for unavailable."""

_CASES = tuple((name, value) for name, values in _FIELDS.items() for value in values)
_NUMBERS = (math.nan, math.inf, -math.inf, 1e300)
_LANES, _POINTS = 32, 31
_DECODED = 100_000
_QUICKLY_DECODED = 2_000
_DECODING_MOST = 5.0
_LONGEST_RATE = 5.0


class _Sweep(Rewriting):
    """Gives each message of the senders the next of all extreme values, in turn."""

    def __init__(self, reach: Reach) -> None:
        super().__init__(reach)
        self.turn = 0

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        del elapsed
        path, value = _CASES[self.turn % len(_CASES)]
        self.turn += 1
        *parents, name = path.split('.')
        place = message
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value


class _Extremes:
    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def start(self, seed: Sequence[int]) -> Process:
        del seed
        return _Sweep(self._reach)


def _fields(bench: Bench, source: str) -> Findings:
    found = Findings()
    calm = scripted('calm')
    clean = bench.clean(calm)
    if source == 'basic safety messages':
        for name in ('leader', 'crossing') if bench.thorough else ('leader',):
            trial = bench.run(calm, [_Extremes(Reach(frozenset({calm.names[name]})))])
            common(found, trial, clean)
        found.note('cases', len(_CASES))
        return found
    struck = {'own pose': Odometry, 'own detections': ObjectReports}[source]
    timed: list[tuple[int, Any]] = []
    cases = 0
    for log_time, record in calm.timed:
        timed.append((log_time, record))
        if isinstance(record, struck):
            names = [
                one.name for one in dataclasses.fields(record)
                if _is_number(getattr(record, one.name))]
            name = names[cases // len(_NUMBERS) % len(names)]
            bad = _NUMBERS[cases % len(_NUMBERS)]
            cases += 1
            value = getattr(record, name)
            column: Any = np.full(value.shape, bad) if isinstance(value, np.ndarray) else bad
            spoilt = dataclasses.replace(record, **{name: column})
            # In the place of the sound one: every fourth is left as it is.
            if cases % 4:
                timed[-1] = (log_time, spoilt)
    trial = bench.run(dataclasses.replace(calm, timed=tuple(timed)))
    common(found, trial, clean)
    found.note('cases', cases)
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (
        isinstance(value, np.ndarray) and value.dtype == np.float64)


def _malformed(bench: Bench, level: str) -> Findings:
    found = Findings()
    if level == 'decoder alone':
        return _decoder(bench, found)
    kinds = (Damage.CUT, Damage.RANDOM, Damage.LONGER) if level == 'damaged' else (
        Damage.FLIPPED,)
    operators = [Mutate(1.0, kinds, copies=True)]
    if level == 'damaged':
        compare_threats(bench, found, operators, most=0.1)
    trial = compare_calm(bench, found, operators)
    found.note('damaged frames', trial.frames - bench.clean(bench.calm()).frames)
    found.note('rejected', sum(trial.rejected.values()))
    return found


def _decoder(bench: Bench, found: Findings) -> Findings:
    random = np.random.default_rng(13)
    frames = [
        record.octets(row) for _, record in scripted('calm').timed
        if isinstance(record, FrameBatch) for row in range(len(record))][:50]
    wanted = _DECODED if bench.thorough else _QUICKLY_DECODED
    durations, single, done, memory = [], [], 0, 0.0
    while done < wanted:
        batch = []
        for _ in range(50):
            octets = bytearray(frames[int(random.integers(len(frames)))])
            for place in random.integers(len(octets), size=3).tolist():
                octets[place] ^= 1 << int(random.integers(8))
            cut = int(random.integers(len(octets) + 1)) if random.random() < 0.5 else None
            batch.append(bytes(octets[:cut]))
        begin = time.thread_time()
        decoded = decode_frames(
            np.frombuffer(b''.join(batch), np.uint8),
            np.array([len(octets) for octets in batch], np.uint32))
        durations.append(time.thread_time() - begin)
        outcome = len(decoded.rejected) + len(decoded.bsm.frame) + len(decoded.rsm.frame) + len(
            decoded.ssm.frame) + len(decoded.others)
        found.holds('each decoded or rejected', value=outcome == len(batch))
        done += len(batch)
        begin = time.thread_time()
        decode_frames(batch[0], np.array([len(batch[0])], np.uint32))
        single.append(time.thread_time() - begin)
        if not memory and done >= wanted // 4:
            memory = resident()
    found.note('frames', done)
    for longest in longest_frames().values():
        begin = time.thread_time()
        decode_frames(longest, np.array([len(longest)], np.uint32))
        single.append(time.thread_time() - begin)
    found.worst('decoding of a frame, p99 [ms]', 1e3 * float(np.percentile(single, 99)),
                most=bench.limit(_DECODING_MOST))
    found.note('decoding of a frame, slowest [ms]', 1e3 * max(single))
    found.worst('of 50 at once, for each, p99 [ms]', 1e3 * float(
        np.percentile(durations, 99)) / 50, most=bench.limit(_DECODING_MOST))
    found.worst('memory [MB]', resident() - memory, most=20.0)
    return found


def _oversize(bench: Bench, level: str) -> Findings:
    found = Findings()
    scene = Scene(duration=4.0)
    scene.ego(SPEED)
    if level == 'perceived objects':
        for number in range(48):
            scene.car(
                f'car{number}', speed=SPEED, ahead=20.0 + 8.0 * (number // 4),
                left=4.0 * (1 + number % 4), silent=True, seen_by_roadside=True)
        for number in range(4):
            scene.roadside_unit(
                f'unit{number}', x=40.0 + number, y=20.0, sharing=bool(number % 2))
    elif level == 'every message at its longest':
        scene.car('other', speed=SPEED, ahead=60.0)
        scene.roadside_unit('unit', x=40.0, y=20.0)
        frames = longest_frames().values()
        for number, octets in enumerate(frames):
            # One after the other, as they share the air: all at once would be more than it takes.
            scene.road_side.repeats(
                'unit', functools.partial(_same, octets), rate=_LONGEST_RATE,
                first=number / len(frames) / _LONGEST_RATE)
        found.note('octets of the longest', max(map(len, frames)))
        found.note('octets a second', round(_LONGEST_RATE * sum(map(len, frames))))
    else:
        scene.roadside_unit('unit', x=40.0, y=20.0)
        lanes = tuple(
            LanePlan(lane, np.stack([
                np.linspace(-300.0, 100.0, _POINTS), np.full(_POINTS, 3.5 * lane)], axis=1))
            for lane in range(1, _LANES + 1))
        scene.road_side.repeats('unit', lambda site: map_octets(
            [LinkPlan(8, 1, lanes)], site.map_frame, count=site.count), rate=5.0)
    trial = bench.run(drive(level, scene))
    found.holds('L', value=trial.balanced)
    found.worst('FA', len(trial.subjects(Level.IMMINENT)), most=0)
    found.holds('H', value=trial.expires)
    found.holds('A', value=trial.finite)
    found.holds('heard at all', value=trial.accepted > 0)
    found.worst('cycle p99 [ms]', 1e3 * trial.worst_cost, most=bench.limit(50.0))
    return found


def _same(octets: bytes, site: Site) -> bytes:
    del site
    return octets


def _map(bench: Bench, level: str) -> Findings:
    found = Findings()
    usual = bench.run(scripted('signal'))
    spoken = {Application.GLOSA, Application.RLVW}
    found.holds('clean run speaks', value=any(
        advisory.application in spoken for _, advisory in usual.advisories(0.0, math.inf)))
    scene = {
        'signal of another node': lambda: signal_scene(node=2),
        'map of another node': lambda: signal_scene(map_node=3),
        'map 300 m off': lambda: signal_scene(shift=300.0),
    }[level]()
    trial = bench.run(drive(level, scene))
    found.holds('L', value=trial.balanced)
    found.worst('FA', len(trial.subjects(Level.IMMINENT)), most=0)
    found.holds('H', value=trial.expires)
    found.worst('advice by the signal', sum(
        advisory.application in spoken
        for _, advisory in trial.advisories(0.0, math.inf)), most=0)
    if 'node' in level:
        found.holds('map_mismatch stated', value=any(
            'map_mismatch' in cycle.mode_reason for cycle in trial.cycles))
    return found


def _signal(bench: Bench, level: str) -> Findings:
    found = Findings()
    clean = bench.run(scripted('signal'))
    found.holds('clean run advises a speed', value=bool(_speeds(clean, 0.0)))
    changes: dict[str, dict[str, Any]] = {
        'lost': {'until': 2.0}, 'countdown frozen': {'frozen': 2.0}, 'phase jump': {'jump': 2.0},
        'end in the past': {'past': 2.0},
        'midnight': {'start': '2025-06-01T23:59:57Z'}, 'hour': {'start': '2025-06-01T08:59:57Z'},
    }
    trial = bench.run(drive(level, signal_scene(**changes[level])))
    found.holds('L', value=trial.balanced)
    found.worst('FA', len(trial.subjects(Level.IMMINENT)), most=0)
    found.holds('H', value=trial.expires)
    if level in ('midnight', 'hour'):
        found.holds('same advisories', value=(
            trial.said(absolute=False) == clean.said(absolute=False)))
        return found
    # Silence: three periods of 0.2 s; a frozen countdown or a jump: with the next messages.
    begin = 2.0 + (0.65 if level == 'lost' else 0.45 if level == 'countdown frozen' else 0.25)
    until = 3.0 if level == 'phase jump' else math.inf
    unknown = [
        cycle.stamp for cycle in trial.cycles
        if begin <= trial.time(cycle) <= until and cycle.signals is not None
        and not (cycle.signals.light > 0).any()]
    found.note('unknown for [s]', round(len(unknown) / bench.rate, 2))
    speeds = {stamp for stamp, _ in _speeds(trial, begin)}
    found.worst('speed advice while unknown', len(speeds & set(unknown)), most=0)
    if level in ('lost', 'end in the past'):
        found.worst('speed advice from then on', len(speeds), most=0)
    return found


def _speeds(trial: Any, begin: float) -> list[tuple[int, float]]:
    return [
        (cycle.stamp, advisory.speed_max) for cycle in trial.cycles
        if trial.time(cycle) >= begin for advisory in cycle.advisories
        if advisory.application == Application.GLOSA and (
            not math.isnan(advisory.speed_max) or advisory.stop_profile_time)]


def _parameters(bench: Bench, level: str) -> Findings:
    del bench
    found = Findings()
    sound = dict(scripted('calm').values)
    build(Parameters, sound)
    wrong: list[tuple[str, Any]] = []
    for one in specifications(Parameters):
        if level == 'unknown':
            wrong.append((one.name + 'x', 1.0))
        elif level == 'type':
            wrong.append((one.name, [1.0]))
        elif level == 'not a number' and isinstance(one.default, float):
            wrong.append((one.name, math.nan))
        elif level == 'range' and one.maximum is not None:
            wrong.append((one.name, type(one.maximum)(one.maximum + 1)))
    if level == 'swapped limits':
        wrong = [('ego.age_limited', 1.9), ('tracking.coast_full', 2.9)]
    accepted = []
    for name, value in wrong:
        try:
            build(Parameters, {**sound, name: value})
        except ParameterError as error:
            found.holds('named', value=name in str(error), why=str(error))
        else:
            accepted.append(name)
    found.note('tried', len(wrong))
    found.worst('accepted', len(accepted), most=0)
    found.holds('some were tried', value=bool(wrong))
    if accepted:
        found.note('which', ', '.join(accepted[:5]))
    return found


CONTENT_ROWS = (
    Row(12, 'extreme and unavailable values in every field', 'alive; FA 0; nothing infinite said',
        ('basic safety messages', 'own pose', 'own detections'), _fields,
        'basic safety messages'),
    Row(13, 'malformed frames', 'alive; dT <= 0.1 s; decoding bounded in time and memory',
        ('damaged', 'bits flipped', 'decoder alone'), _malformed, 'decoder alone'),
    Row(14, 'longest lists', 'cycle p99 <= 50 ms',
        ('perceived objects', 'map', 'every message at its longest'), _oversize, 'map'),
    Row(20, 'wrong map', 'no advice by the signal; reason stated',
        ('signal of another node', 'map of another node', 'map 300 m off'), _map,
        'signal of another node'),
    Row(23, 'signal', 'no speed advice while unknown',
        ('lost', 'countdown frozen', 'end in the past', 'phase jump', 'midnight', 'hour'),
        _signal, 'lost'),
    Row(27, 'parameters', 'refused, the key named',
        ('range', 'unknown', 'type', 'not a number', 'swapped limits'), _parameters, 'range'),
)
