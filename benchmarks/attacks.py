# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Attackers in recorded and simulated traffic: who is found out, how soon, and who is wronged.

`python benchmarks/attacks.py [--ngsim FOLDER] [--sumo] [--loss P ...] [--noise LEVEL]
[--unverified] [--seeds A..B] [--out RUNS.jsonl]`; with `--out` an interrupted campaign goes on
where it ended.

One vehicle listens with the whole pipeline aboard; a fifth of the others turn into attackers of
one kind, each after at least 3 s of honest messages in view. Found out is an attacker that was
DISTRUSTED under any of its ids, noticed one that was at least SUSPECT. Wronged is an honest
sender, ghosts and attackers aside, that was ever DISTRUSTED. With noise every sender errs, level 1
being 1 m of GNSS bias, 0.3 m of noise, 0.1 m/s and 1 degree, one standard deviation each.

SUMO's traffic is an on-ramp and a junction (requirements-sumo.txt); FOLDER holds CommonRoad
recordings. The exit status is 1 where an attack on position or rate is recalled below 95 %, more
than 1 % of the honest senders are wronged, an attacker causes IMMINENT, or a sender that is not
verified or is DISTRUSTED causes WARNING. With `--unverified` nobody's signature was checked.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'test' / 'simulation'))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from attack_list import ATTACKS, PERIOD, Attack, Drive, Scene

from icv_v2x.advisory import Level
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Odometry, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, Motion, Sender, batch_of, bsm_octets
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import Parameters, build
from icv_v2x.pipeline import Perception, Pipeline
from icv_v2x.tools.import_trajectories import (
    DEFAULT_PLACE,
    EPOCH,
    LATENCY,
    SENDER_PREFIX,
    SIGNER_PREFIX,
)
from icv_v2x.tools.simulation.traffic import simulation
from icv_v2x.tools.simulation.unit import YawRates
from icv_v2x.tools.trajectories import commonroad
from icv_v2x.trust import TrustLevel

if TYPE_CHECKING:
    from collections.abc import Iterator

SECOND = 1_000_000_000
RANGE = 400.0
HONEST = 3.0
LEAST_AFTER = 1.2
SHARE = 0.2
_GHOST = 1 << 20
_MAP = MapFrame(*DEFAULT_PLACE, 0.0)


@dataclass(frozen=True)
class Traffic:
    """True motion of some vehicles, at whole multiples of the period.

    Attributes:
        name: Where it comes from.
        drives: Number of the vehicle to its motion.
        ego: Number of the vehicle that listens.
    """

    name: str
    drives: dict[int, Drive]
    ego: int


@dataclass
class Result:
    """What became of the attackers of one kind.

    Attributes:
        attackers: Number.
        found: Of them DISTRUSTED.
        noticed: Of them SUSPECT or worse.
        delays: [s] from the onset to distrust.
        honest: Number of honest senders heard.
        wronged: Of them ever DISTRUSTED.
        imminent: Cycles with an attacker at IMMINENT.
        warned: Attackers that caused WARNING at some time after their onset.
        unheeded: Cycles at WARNING or above about a sender that was not verified, or DISTRUSTED,
            at that instant: never.
    """

    attackers: int = 0
    found: int = 0
    noticed: int = 0
    delays: list[float] = field(default_factory=list)
    honest: int = 0
    wronged: int = 0
    imminent: int = 0
    warned: int = 0
    unheeded: int = 0

    def add(self, other: Result) -> None:
        """Take another result in."""
        for each in dataclasses.fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def recorded(folder: Path) -> Iterator[Traffic]:
    """Return the traffic of CommonRoad recordings, the vehicle seen longest as the ego."""
    for path in sorted(folder.glob('*.xml*')):
        recording = commonroad.read(path)
        drives = {}
        ego = recording.longest()
        for number, vehicle in enumerate(recording.trajectories):
            if vehicle.fixed or len(vehicle) < 3:
                continue
            drives[number] = Drive(
                time=np.round(vehicle.time, 6), x=vehicle.x, y=vehicle.y,
                heading=vehicle.heading, speed=vehicle.speed,
                acceleration=np.nan_to_num(vehicle.acceleration), yaw_rate=vehicle.yaw_rate(),
                size=(vehicle.length, vehicle.width),
                events=np.zeros(len(vehicle), np.uint16))
            if vehicle is ego:
                listens = number
        yield Traffic(path.name, drives, listens)


def simulated(duration: float, seed: int) -> Iterator[Traffic]:
    """Return SUMO's traffic on an on-ramp and at a junction."""
    from networks import junction, on_ramp

    with tempfile.TemporaryDirectory() as folder:
        for name, config in (
            ('on-ramp', on_ramp(
                Path(folder) / 'a', mainline=1200.0, ramp=500.0, end=duration).config),
            ('junction', junction(
                Path(folder) / 'b', each=400.0, end=duration, control='traffic_light').config),
        ):
            yield _of_sumo(name, config, duration, seed)


def _of_sumo(name: str, config: Path, duration: float, seed: int) -> Traffic:
    rows: dict[str, list[tuple[float, ...]]] = {}
    with simulation(config, seed) as sumo:
        rates = YawRates()
        while sumo.time < duration and not sumo.finished:
            shot = sumo.step()
            turn = rates.update(shot)
            states = np.stack([
                np.full(len(shot.names), shot.time), shot.x, shot.y, shot.heading, shot.speed,
                shot.acceleration, turn], axis=1)
            for vehicle, row in zip(shot.names, states.tolist(), strict=True):
                rows.setdefault(vehicle, []).append(tuple(row))
        builds = dict(sumo.builds)
    drives = {}
    for number, (vehicle, states_) in enumerate(rows.items()):
        column = np.array(states_).T
        build_ = builds[vehicle]
        drives[number] = Drive(
            np.round(column[0], 6), *column[1:], size=(build_.length, build_.width),
            events=np.zeros(column.shape[1], np.uint16))
    # Who sets out once the road has filled, and drives longest.
    late = [n for n in drives if drives[n].time[0] >= 0.3 * duration] or list(drives)
    ego = max(late, key=lambda n: len(drives[n]))
    return Traffic(f'{name}, seed {seed}', drives, ego)


def with_noise(traffic: Traffic, level: float, random: np.random.Generator) -> Traffic:
    """Return what vehicles measure of themselves."""
    if level == 0.0:
        return traffic
    drives = {}
    for number, drive in traffic.drives.items():
        count = len(drive)
        kept = np.exp(-PERIOD / 30.0)
        bias = random.standard_normal((2, count)) * np.sqrt(1.0 - kept**2)
        bias[:, 0] /= np.sqrt(1.0 - kept**2)
        for index in range(1, count):
            bias[:, index] += kept * bias[:, index - 1]
        white = random.standard_normal((4, count))
        off = level * (bias + 0.3 * white[:2])
        speed = np.where(
            drive.speed < 0.1, drive.speed, np.abs(drive.speed + 0.1 * level * white[2]))
        drives[number] = dataclasses.replace(
            drive, x=drive.x + off[0], y=drive.y + off[1], speed=speed,
            heading=drive.heading + np.radians(level) * white[3])
    return dataclasses.replace(traffic, drives=drives)


def attackers_of(traffic: Traffic, share: float, random: np.random.Generator) -> dict[int, int]:
    """Return some vehicles and the rows of their motion at which they turn."""
    ego = traffic.drives[traffic.ego]
    able = {}
    for number, drive in traffic.drives.items():
        if number == traffic.ego:
            continue
        heard = np.flatnonzero(_heard(drive, ego))
        if not len(heard):
            continue
        first = int(heard[0]) + round(HONEST / PERIOD)
        last = int(heard[-1]) - round(LEAST_AFTER / PERIOD)
        if first < last:
            able[number] = int(random.integers(first, min(first + 20, last)))
    chosen = random.permutation(sorted(able))[:max(1, round(share * len(able)))]
    return {int(number): able[int(number)] for number in chosen}


def _heard(drive: Drive, ego: Drive) -> np.ndarray[Any, np.dtype[np.bool_]]:
    x = np.interp(drive.time, ego.time, ego.x, left=np.inf, right=np.inf)
    y = np.interp(drive.time, ego.time, ego.y, left=np.inf, right=np.inf)
    with np.errstate(invalid='ignore'):
        away = np.hypot(drive.x - x, drive.y - y)
    return away <= RANGE


def _aligned(drive: Drive, time: np.ndarray[Any, Any]) -> Drive | None:
    """Return a drive at the instants of another, None where it does not cover them."""
    if drive.time[0] > time[0] + 1e-6 or drive.time[-1] < time[-1] - 1e-6:
        return None
    rows = np.clip(np.searchsorted(drive.time, time - 1e-6), 0, len(drive) - 1)
    return drive.take(rows)


def sent_by(
    traffic: Traffic, number: int, onset: int, attack: Attack, random: np.random.Generator,
) -> list[Drive]:
    """Return what an attacker sends, its honest time first."""
    drive = traffic.drives[number]
    # What is heard of it after ten seconds adds nothing.
    own = drive.take(slice(onset, min(len(drive), onset + 100)))
    others = [
        other for n, each in traffic.drives.items() if n not in (number, traffic.ego)
        for other in [_aligned(each, own.time)] if other is not None]
    ego = _aligned(traffic.drives[traffic.ego], own.time)
    while (not others or ego is None) and len(own) > LEAST_AFTER / PERIOD:
        own = own.take(slice(0, len(own) - 5))
        others = [
            other for n, each in traffic.drives.items() if n not in (number, traffic.ego)
            for other in [_aligned(each, own.time)] if other is not None]
        ego = _aligned(traffic.drives[traffic.ego], own.time)
    past = drive.take(slice(0, onset))
    if not others or ego is None:
        return [past]
    return [past, *attack.send(Scene(own, past, others, ego, random))]


def frames_of(
    drive: Drive, number: int, counts: dict[int, int],
    verification: Verification = Verification.VERIFIED,
) -> list[Frame]:
    """Return the messages of a drive."""
    identity = number + _GHOST * drive.name
    signer = SIGNER_PREFIX + number + _GHOST * drive.signer
    sender = Sender(
        SENDER_PREFIX + identity, signer, ObjectClass.CAR, *drive.size, hard_braking_event=True)
    stamp = EPOCH + np.round(drive.time * 1e3).astype(np.int64) * 1_000_000
    motion = Motion(
        stamp, drive.x, drive.y, np.full(len(drive), np.nan), drive.heading, drive.speed,
        drive.acceleration, drive.yaw_rate, drive.events)
    first = counts.get(identity, 0)
    counts[identity] = first + len(drive)
    return [
        Frame(int(time) + LATENCY, int(time), octets, verification, signer, SignerRole.VEHICLE)
        for time, octets in zip(
            stamp, bsm_octets(sender, motion, _MAP, first_count=first), strict=True)
    ]


def run(
    traffic: Traffic, truth: Traffic, attack: Attack | None, loss: float, seed: int,
    cache: dict[int, list[Frame]], *, quick: bool = False,
    verification: Verification = Verification.VERIFIED,
) -> Result:
    """Return what became of the attackers of one kind in one traffic."""
    random = np.random.default_rng([seed, 0 if attack is None else ATTACKS.index(attack)])
    turned = {} if attack is None else attackers_of(truth, SHARE, random)
    ego = truth.drives[truth.ego]
    frames: list[tuple[Frame, np.ndarray[Any, Any]]] = []
    for number, drive in traffic.drives.items():
        if number == traffic.ego:
            continue
        if number in turned:
            assert attack is not None
            counts: dict[int, int] = {}
            for part in sent_by(traffic, number, turned[number], attack, random):
                # It is heard where it is, whatever it says.
                place = truth.drives[number]
                near = _heard(dataclasses.replace(
                    part, x=np.interp(part.time, place.time, place.x),
                    y=np.interp(part.time, place.time, place.y)), ego)
                frames += _kept(frames_of(part, number, counts, verification), near, loss, random)
            continue
        if number not in cache:
            cache[number] = frames_of(drive, number, {}, verification)
        frames += _kept(cache[number], _heard(truth.drives[number], ego), loss, random)
    frames.sort(key=lambda frame: frame.reception_time)
    return _judged(frames, truth, turned, quick=quick)


def _kept(
    frames: list[Frame], near: np.ndarray[Any, Any], loss: float, random: np.random.Generator,
) -> list[Frame]:
    arrives = near & (random.random(len(frames)) >= loss)
    return [frames[row] for row in np.flatnonzero(arrives).tolist()]


def _judged(
    frames: list[Frame], truth: Traffic, turned: dict[int, int], *, quick: bool,
) -> Result:
    ego = truth.drives[truth.ego]
    parameters = build(Parameters, {
        'map_origin.latitude': DEFAULT_PLACE[0], 'map_origin.longitude': DEFAULT_PLACE[1],
        'vehicle.length': ego.size[0], 'vehicle.width': ego.size[1],
        'vehicle.base_link_to_center': 0.0})
    pipeline, perception = Pipeline(parameters), Perception(parameters)
    listener = perception if quick else pipeline
    onset = {number: truth.drives[number].time[row] for number, row in turned.items()}
    result = Result(attackers=len(turned))
    distrusted: dict[int, float] = {}
    noticed, warned, heard = set(), set(), set()
    at = 0
    for row in range(len(ego)):
        stamp = EPOCH + round(float(ego.time[row]) * 1e3) * 1_000_000
        listener.receive(Odometry(
            stamp, 'map', float(ego.x[row]), float(ego.y[row]), 0.0, float(ego.heading[row]),
            float(ego.speed[row]), 0.0, float(ego.yaw_rate[row])))
        now = stamp + LATENCY
        begin = at
        while at < len(frames) and frames[at].reception_time <= now:
            at += 1
        if at > begin:
            listener.receive(batch_of(frames[begin:at], now))
        if quick:
            (tracks, _), advisories = perception.world(now), ()
        else:
            cycle = pipeline.cycle(now)
            tracks, advisories = cycle.tracks, cycle.advisories
        number = (tracks.sender_id - np.uint64(SENDER_PREFIX)).astype(np.int64) % _GHOST
        heard.update(number.tolist())
        time = float(ego.time[row])
        for each in number[tracks.trust == TrustLevel.DISTRUSTED].tolist():
            if time >= onset.get(each, 0.0):
                distrusted.setdefault(each, time)
        noticed.update(
            each for each in number[tracks.trust >= TrustLevel.SUSPECT].tolist()
            if time >= onset.get(each, 0.0))
        doubted = set(tracks.sender_id[
            (tracks.trust == TrustLevel.DISTRUSTED)
            | (tracks.verification != Verification.VERIFIED)].tolist())
        for advisory in advisories:
            subject = int(advisory.subject_ids[0].split(':')[0], 16)
            result.unheeded += advisory.level >= Level.WARNING and subject in doubted
            who = (subject - SENDER_PREFIX) % _GHOST
            if who in onset and time >= onset[who]:
                result.imminent += advisory.level == Level.IMMINENT
                if advisory.level >= Level.WARNING:
                    warned.add(who)
    result.honest = len(heard - turned.keys())
    result.wronged = len(distrusted.keys() - turned.keys())
    result.found = len(distrusted.keys() & turned.keys())
    result.noticed = len(noticed & turned.keys())
    result.warned = len(warned)
    result.delays = [t - onset[number] for number, t in distrusted.items() if number in turned]
    return result


def campaign(arguments: argparse.Namespace, done: dict[str, Result]) -> Iterator[str]:
    """Yield what is to be run, by name, after running it; what is done already is left out."""
    attacks = chosen(arguments.attack)
    for seed in arguments.seeds:
        for traffic in traffics(arguments, seed):
            measured = with_noise(
                traffic, arguments.noise,
                np.random.default_rng([9, seed, *traffic.name.encode()]))
            cache: dict[int, list[Frame]] = {}
            for loss in arguments.loss:
                for attack in attacks:
                    name = json.dumps([
                        traffic.name, seed, loss, arguments.noise, label(attack),
                        'trust alone' if arguments.quick else 'whole pipeline'
                        + ', not verified' * arguments.unverified])
                    if name not in done:
                        done[name] = run(
                            measured, traffic, attack, loss, seed, cache, quick=arguments.quick,
                            verification=Verification.NOT_CHECKED if arguments.unverified
                            else Verification.VERIFIED)
                        yield name


def traffics(arguments: argparse.Namespace, seed: int) -> Iterator[Traffic]:
    """Yield the traffic of one seed; that of recordings is always the same."""
    if arguments.ngsim is not None:
        yield from recorded(arguments.ngsim)
    if arguments.sumo:
        yield from simulated(arguments.duration, seed + 1)


def chosen(words: list[str] | None) -> list[Attack | None]:
    """Return the attacks whose names hold one of the words, all for None."""
    return [
        each for each in (None, *ATTACKS)
        if not words or any(word in label(each) for word in words)]


def label(attack: Attack | None) -> str:
    """Return the name of an attack in the table."""
    return 'nobody' if attack is None else f'{attack.number or "-":>2} {attack.name}'


def table(results: dict[str, Result]) -> bool:
    """Print the tables, one for each loss and noise; return whether all is as demanded."""
    good = True
    keys = [tuple(json.loads(name)) for name in results]
    for loss, noise, how in sorted({(loss, noise, how) for _, _, loss, noise, _, how in keys}):
        part = {
            key: result for key, result in zip(keys, results.values(), strict=True)
            if (key[2], key[3], key[5]) == (loss, noise, how)}
        print(
            f'loss {100 * loss:.0f} %, noise level {noise:g}, {how}, '
            f'{len({key[:2] for key in part})} traffics')
        print(
            f'{"attack":34} {"attackers":>9} {"recall":>8} {"noticed":>8} {"median [s]":>11} '
            f'{"p95 [s]":>8} {"honest":>7} {"wronged":>8} {"WARNING":>8} '
            f'{"unheeded":>9} {"IMMINENT":>9}')
        for attack in (None, *ATTACKS):
            total = Result()
            for key, result in part.items():
                if key[4] == label(attack):
                    total.add(result)
            if total.honest or total.attackers:
                good &= _line(attack, total)
    return good


def _line(attack: Attack | None, total: Result) -> bool:
    recall = total.found / total.attackers if total.attackers else np.nan
    delays = total.delays or [np.nan]
    print(
        f'{label(attack):34} {total.attackers:9} {100 * recall:7.1f}% '
        f'{100 * total.noticed / max(total.attackers, 1):7.1f}% '
        f'{np.median(delays):11.2f} {np.percentile(delays, 95):8.2f} {total.honest:7} '
        f'{100 * total.wronged / max(total.honest, 1):7.2f}% '
        f'{total.warned:8} {total.unheeded:9} {total.imminent:9}')
    good = total.wronged <= 0.01 * total.honest and total.imminent == total.unheeded == 0
    return good and (attack is None or not attack.demanded or recall >= 0.95)


def seeds_of(text: str) -> list[int]:
    """Return the numbers of `3`, `0..4` or `1,5`."""
    found: list[int] = []
    for part in text.split(','):
        first, _, last = part.partition('..')
        found += range(int(first), int(last or first) + 1)
    return found


def main() -> int:
    """Run what is not done yet, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--ngsim', type=Path, help='folder of CommonRoad recordings')
    parser.add_argument('--sumo', action='store_true', help='SUMO traffic')
    parser.add_argument('--duration', type=float, default=60.0, help='of SUMO traffic [s]')
    parser.add_argument('--loss', type=float, nargs='*', default=[0.0, 0.3])
    parser.add_argument('--noise', type=float, default=0.0)
    parser.add_argument('--unverified', action='store_true', help='no signature was checked')
    parser.add_argument('--seeds', type=seeds_of, default=[0], help='such as 0..4')
    parser.add_argument(
        '--quick', action='store_true', help='trust alone, without the warnings that rest on it')
    parser.add_argument('--attack', nargs='*', help='names, or parts of them; nobody: none')
    parser.add_argument(
        '--out', type=Path, help='one JSON line per run; those in it are not run again')
    arguments = parser.parse_args()
    if arguments.ngsim is None and not arguments.sumo:
        parser.error('give --ngsim FOLDER, --sumo or both')
    done: dict[str, Result] = {}
    if arguments.out is not None and arguments.out.exists():
        for line in arguments.out.read_text(encoding='utf-8').splitlines():
            name, figures = json.loads(line)
            done[name] = Result(**figures)
    for name in campaign(arguments, done):
        if arguments.out is not None:
            with arguments.out.open('a', encoding='utf-8') as file:
                file.write(json.dumps([name, dataclasses.asdict(done[name])]) + '\n')
    return 0 if table(done) else 1


if __name__ == '__main__':
    sys.exit(main())
