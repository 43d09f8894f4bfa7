# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Rows 7, 17 to 19, 21, 22, 24 and 25: senders that are wrong, that lie, that are not there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.faults import Claim, Displacement, Judged, Reach
from icv_v2x.faults.rewriting import Rewriting
from icv_v2x.frames import from_wgs84
from icv_v2x.inputs import Verification
from icv_v2x.tools.fault_bench import drives
from icv_v2x.tools.fault_bench.drives import Drive, drive, scripted
from icv_v2x.tools.fault_bench.matrix import (
    Bench,
    Findings,
    Row,
    common,
    compare_calm,
)
from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.faults import Operator, Process

_ONSET = 3.5
_PERIOD = 0.1
_BETWEEN = 3.0
_HARD_BRAKING = {'value': '0100', 'length': 13}


def _gnss(bench: Bench, level: tuple[str, float]) -> Findings:
    kind, size = level
    found = Findings()
    calm = scripted('calm')
    for name in ('oncoming', 'leader') if bench.thorough else ('oncoming',):
        sender = calm.names[name]
        reach = Reach(frozenset({sender}), begin=_ONSET)
        if kind == 'jumps by':
            operators: list[Operator] = [Displacement(north=-size, reach=reach)]
        elif kind == 'to and fro by':
            operators = [
                Displacement(north=-size, reach=Reach(
                    frozenset({sender}), begin=_ONSET + 0.2 * turn,
                    until=_ONSET + 0.2 * turn + 0.1))
                for turn in range(8)]
        else:
            operators = [Displacement(drift=size, reach=reach)]
        trial = bench.run(calm, operators)
        common(found, trial, bench.clean(calm))
        doubted = trial.doubted(sender, TrustLevel.DISTRUSTED) - _ONSET
        found.note(f'{name} distrusted after [s]', round(doubted, 2))
        if kind == 'jumps by' and size >= 20.0:
            found.least('held back', trial.rejected.get('jump', 0), least=1)
        if kind == 'to and fro by':
            found.worst('messages off until distrusted', math.ceil(doubted / 0.2), most=3)
    return found


def _one_id(bench: Bench, level: str) -> Findings:
    found = Findings()
    scene = drives.collision_of_ids(one_signer=level == 'one certificate')
    struck = drive(level, scene)
    trial = bench.run(struck)
    common(found, trial, bench.clean(scripted('calm')))
    subject = int(struck.names['leader'], 16)
    between = 0
    for cycle in trial.cycles:
        tracks, time = cycle.tracks, trial.time(cycle)
        mine = (tracks.sender_id == np.uint64(subject)) & (tracks.object_id < 0)
        places = [
            scene.states(name, time) for name in ('leader', 'oncoming')]
        off = np.min([
            np.hypot(tracks.x[mine] - state.x[0], tracks.y[mine] - state.y[0])
            for state in places], axis=0)
        between += int(np.count_nonzero(off > _BETWEEN))
    found.worst('tracks between the two', between, most=0)
    return found


def _new_id(bench: Bench, silence: float | str) -> Findings:
    if isinstance(silence, str):
        return _new_ids(bench, int(silence.split()[0]))
    found = Findings()
    scene = drives.change_of_id(silence)
    struck = drive('change of id', scene)
    usual = scripted('junction')
    clean, trial = bench.clean(usual), bench.run(struck)
    found.holds('L', value=trial.balanced)
    found.holds('H', value=trial.expires)
    known = set(struck.names.values())
    found.worst('FA', len(trial.subjects(Level.IMMINENT) - known), most=0)
    if silence == 0.0:
        later = trial.first(Level.WARNING, struck.names['threat']) - clean.first(
            Level.WARNING, usual.names['threat'])
        found.worst('M', int(math.isinf(later)), most=0)
        found.worst('dT [s]', later, most=0.2)

    def place(time: float) -> complex:
        state = scene.states('threat', time)
        return complex(state.x[0], state.y[0])

    found.worst('tracks of one vehicle', trial.crowd(place), most=1)
    if silence <= 1.0:
        found.holds('successor not suspected', value=math.isinf(
            trial.doubted(struck.names['threat'], TrustLevel.SUSPECT)))
    found.holds('nobody distrusted', value=all(
        math.isinf(trial.doubted(name, TrustLevel.DISTRUSTED)) for name in known))
    return found


def _new_ids(bench: Bench, cars: int) -> Findings:
    """Judge that many cars change their ids at once."""
    found = Findings()
    scene = drives.changes_of_ids(cars)
    struck = drive('changes of ids', scene)
    trial = bench.run(struck)
    found.holds('L', value=trial.balanced)
    found.holds('H', value=trial.expires)
    found.worst('FA', len(trial.subjects(Level.IMMINENT)), most=0)
    crowds, lost = [], 0
    for number in range(cars):
        def place(time: float, name: str = f'after{number}') -> complex:
            state = scene.states(name, time)
            return complex(state.x[0], state.y[0])

        crowds.append(trial.crowd(place))
        lost += not trial.tracked(struck.names[f'after{number}'])
    found.worst('tracks of one vehicle', max(crowds), most=1)
    found.worst('successors without a track', lost, most=0)
    for level in (TrustLevel.SUSPECT, TrustLevel.DISTRUSTED):
        found.worst(f'{level.name.lower()}', sum(
            math.isfinite(trial.doubted(name, level)) for name in struck.names.values()), most=0)
    return found


def _attack(bench: Bench, kind: str) -> Findings:
    found = Findings()
    calm = drives.calm_scene()
    usual = scripted('calm')
    clean = bench.clean(usual)
    operators: list[Operator] = []
    if kind in ('grid', 'sudden', 'junction'):
        struck = drive(kind, drives.with_ghosts(calm, kind, _ONSET))
        attackers = [name for key, name in struck.names.items() if key.startswith('ghost')]
    else:
        struck, attackers = usual, [usual.names['leader']]
        reach = Reach(frozenset(attackers), begin=_ONSET)
        claims: dict[str, Any] = {'safetyExt.events': _HARD_BRAKING}
        if kind == 'feigned braking':
            claims = {'accelSet.long': -600, **claims}
        operators = [Claim(claims, reach)]
    trial = bench.run(struck, operators)
    common(found, trial, clean)
    onset = _ONSET + 0.1
    alarms = {
        subject for subject in trial.subjects(Level.IMMINENT) if subject in attackers}
    found.worst('IMMINENT by the attacker alone', len(alarms), most=0)
    detected = min(trial.doubted(name) for name in attackers)
    found.note('highest level', max((
        int(advisory.level) for cycle in trial.cycles for advisory in cycle.advisories
        if set(advisory.subject_ids) & set(attackers)), default=0))
    found.worst('detected after [s]', detected - onset, most=1.0)
    return found


def _datum(bench: Bench, kind: str) -> Findings:
    found = Findings()
    calm = scripted('calm')
    clean = bench.clean(calm)
    origin = drives.calm_scene().origin
    latitude, longitude = from_wgs84(np.array([origin[0]]), np.array([origin[1]]), 'gcj02')
    east = float(longitude[0] - origin[1]) * 85_400.0
    north = float(latitude[0] - origin[0]) * 111_000.0
    if kind == 'receiver':
        trial = bench.run(calm, parameters=calm.parameters(datum__vehicle='gcj02'))
    else:
        trial = bench.run(calm, [Displacement(east=east, north=north)])
    common(found, trial, clean)
    found.note('shift [m]', round(math.hypot(east, north)))
    found.worst('INHIBITED after [s]', trial.since(Mode.INHIBITED, 0.0), most=5.0)
    found.note('reason', trial.reasons(Mode.INHIBITED))
    return found


class _Units(Rewriting):
    def __init__(self, reach: Reach, kind: str) -> None:
        super().__init__(reach)
        self._kind = kind

    def change(self, message: dict[str, Any], elapsed: float) -> None:
        del elapsed
        position = message['pos']
        if self._kind == 'speed in m/s':
            message['speed'] = round(message['speed'] / 50)
        elif self._kind == 'speed 50-fold':
            message['speed'] = min(message['speed'] * 50, 8190)
        elif self._kind == 'heading in degrees':
            message['heading'] = round(message['heading'] / 80)
        elif self._kind == 'latitude and longitude swapped':
            latitude = position['long'] % 900_000_000
            position['long'], position['lat'] = position['lat'], latitude
        else:
            position['lat'] = round(position['lat'] / 1e7)
            position['long'] = round(position['long'] / 1e7)


class _UnitError:
    def __init__(self, kind: str, reach: Reach) -> None:
        self._kind, self._reach = kind, reach

    def start(self, seed: Sequence[int]) -> Process:
        del seed
        return _Units(self._reach, self._kind)


def _units(bench: Bench, kind: str) -> Findings:
    found = Findings()
    calm = scripted('calm')
    for name in ('leader', 'crossing') if bench.thorough else ('leader',):
        reach = Reach(frozenset({calm.names[name]}))
        trial = bench.run(calm, [_UnitError(kind, reach)])
        common(found, trial, bench.clean(calm))
        found.note(f'{name} rejected', sum(trial.rejected.values()))
        found.note(f'{name} distrusted after [s]', round(
            trial.doubted(calm.names[name], TrustLevel.DISTRUSTED), 2))
    return found


def _oneself(bench: Bench, level: str) -> Findings:
    del level
    found = Findings()
    scene = drives.seen_by_a_unit()
    seen: Drive = drive('seen by a unit', scene)
    trial = bench.run(seen)
    found.holds('L', value=trial.balanced)
    found.holds('H', value=trial.expires)
    found.worst('FA', len(trial.subjects(Level.IMMINENT)), most=0)
    own = {scene.subject('ego'), scene.observed_subject('unit', 'ego')}
    found.worst('advisories about oneself', len(trial.subjects(Level.INFO) & own), most=0)

    def place(name: str) -> Any:
        def at(time: float) -> complex:
            state = scene.states(name, time)
            return complex(state.x[0], state.y[0])
        return at

    found.worst('tracks of oneself', trial.crowd(place('ego')), most=0)
    found.worst('tracks of the leader', trial.crowd(place('leader')), most=1)
    found.holds('heard at all', value=trial.accepted > 0 and (
        trial.rejected.get('own_echo', 0) > 0))
    return found


def _verdict(bench: Bench, verification: int) -> Findings:
    found = Findings()
    for one in bench.threats():
        clean = bench.clean(one)
        found.holds('clean run warns', value=bool(bench.threatened(one)))
        trial = bench.run(one, [Judged(verification)])
        common(found, trial, clean)
        heard = {name for name in trial.subjects(Level.WARNING) if name}
        found.worst('actionable', len(heard), most=0)
        if verification != Verification.NOT_CHECKED:
            found.holds('all rejected', value=(
                trial.accepted == 0 and sum(trial.rejected.values()) == trial.frames))
    compare_calm(bench, found, [Judged(verification, 0.5)])
    return found


SENDER_ROWS = (
    Row(7, 'GNSS of a sender [m, m/s]', 'FA 0; 1 jump held, distrusted by the third message',
        (('jumps by', 5.0), ('jumps by', 20.0), ('jumps by', 70.0), ('to and fro by', 20.0),
         ('drifts at', 1.0)), _gnss, ('to and fro by', 20.0)),
    Row(17, 'two vehicles under one id', 'no track between them; FA 0',
        ('two certificates', 'one certificate'), _one_id, 'two certificates'),
    Row(18, 'change of id and certificate after silence [s]', 'no double count; nobody accused; '
        'M 0 without silence', (0.0, 1.0, 3.0, 13.0, '20 at once without silence'), _new_id,
        0.0),
    Row(19, 'attacks', 'FA 0 at brake level; detected within 1 s',
        ('grid', 'sudden', 'junction', 'braking flag', 'feigned braking'), _attack, 'sudden'),
    Row(21, 'GCJ-02 taken for WGS-84', 'INHIBITED with reason within 5 s; FA 0',
        ('senders', 'receiver'), _datum, 'senders'),
    Row(22, 'units', 'FA 0', (
        'speed in m/s', 'speed 50-fold', 'heading in degrees', 'latitude and longitude swapped',
        'degrees for 1e-7 degrees'), _units, 'speed in m/s'),
    Row(24, 'a unit tells of the ego and of those who send', 'no advisory about oneself',
        ('all seen',), _oneself, 'all seen'),
    Row(25, 'verdict on signatures', 'nothing actionable from failed or unverified',
        (*(v.value for v in Verification if v is not Verification.VERIFIED), 9), _verdict,
        0, any_drive=True),
)
