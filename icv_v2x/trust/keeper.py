# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Evidence against senders over time, and how far each is believed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import age
from icv_v2x.frames import wrap_angle
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.trust import checks
from icv_v2x.trust.levels import Check, TrustLevel
from icv_v2x.trust.records import MisbehaviourLog, MisbehaviourRecord
from icv_v2x.trust.sender_table import SenderTable, key_of
from icv_v2x.world.track_store import MESSAGES_PER_CALL, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

_SECOND = 1_000_000_000
# The motion of a sender that was silent for longer is begun anew [s].
_GAP = 3.1
# Where velocities change over a step, the way between differs from the mean by at most this
# times the square of the time: a driver who brakes or turns hard meanwhile [m/s2].
_COURSE = 1.0
_STANDING = 0.3
# The load counts messages of about this time [s].
_LOAD_TIME = 0.7
# Evidence is kept up to this many times what distrusts, so that forgiveness takes its time.
_MOST = 2.0
# Ids of one certificate that overlap less than this are a change of id [s].
_OVERLAP = 0.5
# A sender that appears is looked at this long; before that much listening nobody appears [s].
_APPEARED = 2.0
_LISTENING = 3.0
_QUIET = 0.5
# Two in one place: nearer than any two vehicles, at one speed and heading, both heard this
# lately [m, m/s, rad, s]; the older one must have spoken on this long after the newer one began.
_TWINS, _TWIN_SPEED, _TWIN_HEADING, _TWIN_AGE = 0.8, 2.0, 0.3, 0.3
_SPOKEN_ON = 0.15
# Who began shortly before is no better witness [s].
_WITNESS = 1.0
# Only newcomers are looked at, [s].
_NEWCOMER = 10.0
# So many of them are compared with all others together: a bound on the memory.
_NEWCOMERS_AT_ONCE = 64
_VARIANCE = checks.POSITION_DEVIATION_MAXIMUM**2
_KINDS = len(Check)
# Members of an enumeration cost numpy several times as much to compare with as numbers.
_NO_DOUBT, _SUSPECT, _DISTRUSTED = (
    int(TrustLevel.NO_DOUBT), int(TrustLevel.SUSPECT), int(TrustLevel.DISTRUSTED))
# Which verdicts leave something to be judged by.
_TELLS = np.ones(len(Verdict), np.bool_)
_TELLS[[Verdict.OWN_ECHO, Verdict.DUPLICATE, Verdict.UNUSABLE]] = False
# Accelerations come from other sensors than speeds, and late: they speak half as loud.
_WEIGHT = np.ones((_KINDS, 1))
_WEIGHT[Check.ACCELERATION_MISMATCH] = 0.5


class TrustKeeper:
    """Judges every sender by its own messages, whatever its signature says.

    A message that fails a check is one piece of evidence, however many checks it fails. Evidence
    fades with time. From `trust.suspect_evidence` on a sender is suspect, from
    `trust.distrust_evidence` on distrusted, until it has faded below `trust.suspect_evidence`
    again; as a message counts once at most, no single one makes a sender distrusted.

    Attributes:
        log: Records of those that lost trust.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start knowing nobody."""
        self._trust = parameters.trust
        self._table = SenderTable(2 * parameters.tracking.maximum)
        self.log = MisbehaviourLog(
            parameters.trust.records_maximum, parameters.trust.records_per_sender)
        self._begin: int | None = None
        self._newest = 0

    def configure(self, parameters: Parameters) -> None:
        """Take changed limits over; what is known of senders stays."""
        self._trust = parameters.trust

    def clear(self) -> None:
        """Forget all senders, as an epoch of time has ended; the records stay."""
        self._table.keep(np.empty(0, np.intp))
        self._begin = None
        self._newest = 0

    def update(
        self, reports: ObjectReports, verdict: NDArray[np.uint8], ego: EgoState | None,
        frame: Callable[[int], bytes] = lambda _: b'',
    ) -> None:
        """Judge what senders say of themselves.

        Args:
            reports: n reports in any order.
            verdict: (n,) what the track store made of them, values of `Verdict`.
            ego: The ego at about the present, None where unknown.
            frame: Gives the octets of a frame by its index, for the records.
        """
        if not self._trust.plausibility:
            return
        rows = np.flatnonzero((reports.object_id < 0) & _TELLS[verdict])
        if not len(rows):
            return
        reports = reports.take(rows)
        key = key_of(reports.sender_id, reports.signer)
        order = np.lexsort((reports.time, key))
        fresh = np.ones(len(order), np.bool_)
        fresh[1:] = key[order[1:]] != key[order[:-1]]
        first = np.flatnonzero(fresh)
        rank = np.arange(len(order)) - first[np.cumsum(fresh) - 1]
        self._welcome(reports, key, order[first], ego)
        row = self._table.find(key)
        for turn in range(min(int(rank.max()) + 1, MESSAGES_PER_CALL)):
            which = order[rank == turn]
            which = which[row[which] >= 0]
            self._judge(row[which], reports.take(which), ego, frame)
        self._newest = max(self._newest, int(reports.time.max()))

    def levels(self, tracks: Tracks) -> NDArray[np.uint8]:
        """Return how far whoever tells of each object is believed now, (n,)."""
        table = self._table
        level = np.zeros(len(tracks), np.uint8)
        if not table.count or not self._trust.plausibility:
            return level
        row = table.find(key_of(tracks.sender_id, tracks.signer))
        known = row >= 0
        level[known] = self._level(row[known], np.full(np.count_nonzero(known), tracks.stamp))
        return level

    def counts(self) -> dict[TrustLevel, int]:
        """Return how many senders that are remembered stand at each level."""
        rows = np.arange(self._table.count)
        level = self._level(rows, np.full(len(rows), self._newest))
        return {each: int(np.count_nonzero(level == each)) for each in TrustLevel}

    def _welcome(
        self, reports: ObjectReports, key: NDArray[np.uint64], first: NDArray[np.intp],
        ego: EgoState | None,
    ) -> None:
        """Begin rows of senders heard for the first time; `first` holds a report of every key."""
        table = self._table
        now = int(reports.time.max())
        if self._begin is None:
            self._begin = int(reports.time.min())
        new = first[table.find(key[first]) < 0]
        if not len(new):
            return
        forgotten = now - round(self._trust.memory * _SECOND)
        if table.count and (table.time[:table.count] < forgotten).any():
            table.keep(np.flatnonzero(table.time[:table.count] >= forgotten))
        heard = now - self._newest <= _QUIET * _SECOND and table.count > 0
        rows = table.add(
            key[new], reports.sender_id[new], reports.signer[new], reports.time[new])
        new, rows = new[rows >= 0], rows[rows >= 0]
        self._inherit(rows)
        # Right after the start, or a silence of the channel, everybody appears.
        if ego is None or not heard or now - self._begin < _LISTENING * _SECOND:
            return
        near = np.hypot(
            reports.x[new] - ego.x, reports.y[new] - ego.y) < self._trust.appearance_distance
        near &= np.abs(reports.speed[new]) >= _STANDING
        near &= ~self._succeeds(reports, new, rows)
        table.appeared[rows[near]] = reports.time[new[near]]

    def _inherit(self, rows: NDArray[np.intp]) -> None:
        """Hold against a new id what is held against its certificate."""
        table = self._table
        signed = rows[table.signer[rows] != 0]
        if not len(signed) or not (table.level[:table.count] > 0).any():
            return
        doubted = np.flatnonzero(table.level[:table.count] > 0)
        for row in doubted.tolist():
            heirs = signed[table.signer[signed] == table.signer[row]]
            for name in ('evidence', 'judged', 'level', 'failures'):
                values = getattr(table, name)
                values[heirs] = np.maximum(values[heirs], values[row])

    def _succeeds(
        self, reports: ObjectReports, new: NDArray[np.intp], rows: NDArray[np.intp],
    ) -> NDArray[np.bool_]:
        """Return which new senders are where one that fell silent was to be, (k,)."""
        table = self._table
        old = np.setdiff1d(np.arange(table.count), rows)
        silent = age(table.time[old], self._newest)
        old = old[(silent >= 0.0) & (silent <= _GAP)]
        apart = np.full(len(new), np.inf)
        for index, row in enumerate(new.tolist()):
            elapsed = age(table.time[old], reports.time[row])
            there = table.position[old] + table.velocity[old] * elapsed
            off = np.abs(reports.x[row] + 1j * reports.y[row] - there)
            apart[index] = (off - 3.0 * np.abs(elapsed)).min(initial=np.inf)
        return apart <= 5.0

    def _judge(
        self, rows: NDArray[np.intp], reports: ObjectReports, ego: EgoState | None,
        frame: Callable[[int], bytes],
    ) -> None:
        """Judge one message of each of different senders."""
        table, trust = self._table, self._trust
        excess = np.zeros((_KINDS, len(rows)))
        elapsed = age(table.time[rows], reports.time)
        table.load[rows] = table.load[rows] * np.exp(
            -np.maximum(elapsed, 0.0) / _LOAD_TIME) + 1.0
        excess[Check.RATE] = table.load[rows] / (trust.rate_maximum * _LOAD_TIME)
        if ego is not None:
            away = np.hypot(reports.x - ego.x, reports.y - ego.y)
            excess[Check.RANGE] = away / trust.range_maximum
        excess[Check.SEVERAL_IDS] = self._several_ids(rows, reports.time)

        excess[Check.SAME_PLACE] = self._same_place(rows, reports)
        motion = np.flatnonzero((elapsed > 0.0) | (table.load[rows] == 1.0))
        excess[:Check.RATE, motion] = self._motion(rows[motion], reports.take(motion))
        self._charge(rows, reports, excess, frame)

    def _motion(self, rows: NDArray[np.intp], reports: ObjectReports) -> Floats:
        """Return by how much the motion contradicts itself, (checks before RATE, k)."""
        table = self._table
        elapsed = np.maximum(age(table.time[rows], reports.time), 0.0)
        gone = elapsed > _GAP
        table.restart(rows[gone])
        elapsed = np.where(gone, 0.0, elapsed)
        heading = np.where(
            np.isfinite(reports.heading), reports.heading, table.heading[rows])
        velocity = reports.speed * np.exp(1j * heading)
        table.way[rows] += 0.5 * (table.velocity[rows] + velocity) * elapsed
        table.slack[rows] += _COURSE * elapsed**2
        table.velocity[rows], table.heading[rows] = velocity, heading
        table.time[rows] = np.maximum(reports.time, table.time[rows])
        table.position[rows] = reports.x + 1j * reports.y
        variance = np.clip(0.5 * (reports.variance_xx + reports.variance_yy), 0.0, _VARIANCE)
        rest = reports.x + 1j * reports.y - table.way[rows]
        claims = (reports.events & int(VehicleEvent.HARD_BRAKING)) != 0
        slack = table.slack[rows]
        now = checks.Newest(
            time=reports.time, rest=rest, heading=heading, speed=reports.speed,
            speed_deviation=reports.speed_deviation, variance=variance, slack=slack,
            claims=claims)
        before = table.before(rows)
        excess = np.zeros((Check.RATE, len(rows)))
        excess[Check.POSITION_JUMP] = checks.position_jump(now, before)
        excess[Check.SPEED_STEP] = checks.speed_step(now, before)
        table.remember(
            rows, reports.time, rest=rest, speed=reports.speed,
            acceleration=reports.acceleration, variance=variance, slack=slack, claims=claims,
            jumped=excess[Check.POSITION_JUMP] > 1.0)
        before = table.before(rows)
        excess[Check.MOTION_MISMATCH] = checks.motion_mismatch(now, before)
        excess[Check.ACCELERATION_MISMATCH] = checks.acceleration_mismatch(now, before)
        excess[Check.UNFOUNDED_EVENT] = checks.unfounded_event(now, before)
        return excess

    def _same_place(self, rows: NDArray[np.intp], reports: ObjectReports) -> Floats:
        """Return 2 for who came to be where another one already was and is, else 0.

        The newer one is held to account, as one that repeats what others send always is.
        """
        table = self._table
        found = np.zeros(len(rows))
        assert self._begin is not None
        young = np.flatnonzero(
            (table.since[rows] > self._begin + _LISTENING * _SECOND)
            & (age(table.since[rows], reports.time) <= _NEWCOMER))
        if not len(young):
            return found
        time = int(reports.time.max())
        # Who is doubted itself, as one that is here and there, speaks against nobody.
        old = np.flatnonzero(
            (np.abs(age(table.time[:table.count], time)) <= _TWIN_AGE)
            & (table.level[:table.count] == _NO_DOUBT))
        for start in range(0, len(young), _NEWCOMERS_AT_ONCE):
            some = young[start:start + _NEWCOMERS_AT_ONCE]
            found[some[self._twins(rows[some], reports.take(some), old)]] = 2.0
        return found

    def _twins(
        self, rows: NDArray[np.intp], reports: ObjectReports, old: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        """Return which of k senders are in one place with one of the older rows, ascending."""
        table = self._table
        elapsed = age(table.time[old], reports.time[:, np.newaxis])
        there = table.position[old] + table.velocity[old] * elapsed
        here = reports.x + 1j * reports.y
        new, index = np.nonzero(np.abs(there - here[:, np.newaxis]) <= _TWINS)
        other, since = old[index], table.since[rows[new]]
        twin = (
            (np.abs(np.abs(table.velocity[other]) - np.abs(reports.speed[new])) <= _TWIN_SPEED)
            & ~(np.abs(wrap_angle(table.heading[other] - reports.heading[new])) > _TWIN_HEADING)
            & (table.since[other] < since - _WITNESS * _SECOND)
            & (table.time[other] > since + _SPOKEN_ON * _SECOND)
        )
        return np.unique(new[twin])

    def _several_ids(self, rows: NDArray[np.intp], time: NDArray[np.int64]) -> Floats:
        """Return 2 for ids whose certificate speaks under another id at the same time, else 0."""
        table = self._table
        table_signer = table.signer[:table.count]
        found = np.zeros(len(rows))
        signed = table_signer[table_signer != 0]
        if len(np.unique(signed)) == len(signed):
            return found
        _, group, number = np.unique(
            table_signer, return_inverse=True, return_counts=True)
        shared = (number[group] > 1) & (table_signer != 0)
        for index in np.flatnonzero(shared[rows]).tolist():
            row = rows[index]
            others = np.flatnonzero(shared & (group == group[row]))
            others = others[others != row]
            together = np.minimum(time[index], table.time[others]) - np.maximum(
                table.since[row], table.since[others])
            if (together >= _OVERLAP * _SECOND).any():
                found[index] = 2.0
        return found

    def _charge(
        self, rows: NDArray[np.intp], reports: ObjectReports, excess: Floats,
        frame: Callable[[int], bytes],
    ) -> None:
        """Add evidence for messages that failed, and note who lost trust by it."""
        table, trust = self._table, self._trust
        before = self._level(rows, reports.time)
        charge = np.where(excess > 1.0, _WEIGHT, 0.0).max(axis=0)
        faded = self._faded(rows, reports.time)
        table.evidence[rows] = np.minimum(
            faded + charge, _MOST * trust.distrust_evidence)
        table.judged[rows] = np.maximum(table.judged[rows], reports.time)
        table.failures[rows] += charge > 0.0
        table.level[rows] = self._next_level(table.level[rows], table.evidence[rows])
        after = self._level(rows, reports.time)
        appeared = table.appeared[rows] == reports.time
        before = np.where(appeared, _NO_DOUBT, before)
        for index in np.flatnonzero(after > before).tolist():
            self._note(int(rows[index]), reports, index, int(after[index]), excess, frame)

    def _note(
        self, row: int, reports: ObjectReports, index: int, level: int, excess: Floats,
        frame: Callable[[int], bytes],
    ) -> None:
        time, sender_id = int(reports.time[index]), int(reports.sender_id[index])
        signer = int(reports.signer[index])
        if not self.log.has_room(time, sender_id, signer):
            return
        worst = int(excess[:, index].argmax())
        check = Check(worst) if excess[worst, index] > 1.0 else Check.APPEARANCE
        self.log.add(MisbehaviourRecord(
            time=time, sender_id=sender_id, signer=signer, check=check,
            level=TrustLevel(level), excess=float(excess[check, index]),
            evidence=float(self._table.evidence[row]),
            messages=int(self._table.failures[row]), frame=frame(int(reports.frame[index]))))

    def _faded(self, rows: NDArray[np.intp], time: NDArray[np.int64]) -> Floats:
        """Return the evidence that is left at some time, (k,)."""
        passed = np.maximum(age(self._table.judged[rows], time), 0.0)
        faded: Floats = self._table.evidence[rows] * np.exp(-passed / self._trust.forgiveness)
        return faded

    def _level(self, rows: NDArray[np.intp], time: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the levels at some time, (k,)."""
        table = self._table
        level = self._next_level(table.level[rows], self._faded(rows, time))
        recent = (table.appeared[rows] > 0) & (
            age(table.appeared[rows], time) <= _APPEARED)
        return np.maximum(level, np.where(recent, _SUSPECT, 0)).astype(np.uint8)

    def _next_level(self, level: NDArray[np.uint8], evidence: Floats) -> NDArray[np.uint8]:
        trust = self._trust
        distrusted = (evidence >= trust.distrust_evidence) | (
            (level == _DISTRUSTED) & (evidence >= trust.suspect_evidence))
        return np.where(
            distrusted, _DISTRUSTED,
            np.where(evidence >= trust.suspect_evidence, _SUSPECT, _NO_DOUBT)).astype(np.uint8)
