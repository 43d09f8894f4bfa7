# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The track store: from reports to tracks that are predicted to one common instant."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.clock import age
from icv_v2x.frames import wrap_angle
from icv_v2x.translate.completion import completed
from icv_v2x.translate.plausibility import STANDING_SPEED
from icv_v2x.world.extrapolation import move
from icv_v2x.world.heading_filter import HeadingState, followed
from icv_v2x.world.identity import identified
from icv_v2x.world.own_echo import OwnEcho
from icv_v2x.world.relevance import irrelevance
from icv_v2x.world.shared_ids import SharedIds
from icv_v2x.world.smoothing import smoothed
from icv_v2x.world.succession import predecessors
from icv_v2x.world.track_motion import (
    grown_variance,
    mean_period,
    speed_slope,
    unseen_along,
    unseen_turn,
)
from icv_v2x.world.track_table import EMPTY, TrackTable
from icv_v2x.world.tracks import Tracks
from icv_v2x.world.turning import (
    FAST,
    SLOW,
    filtered,
    indicated_side,
    lasting_turn_angle,
    lasting_turn_rate,
    turned_angle,
)

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.reports import ObjectReports
    from icv_v2x.world.ego import EgoState

MESSAGES_PER_CALL = 16
"""Reports of one object that one call takes, the newest; a sender is due one or two."""

_ESTABLISHED = 3
_ECHO_MESSAGES = 5
_JUMP_BACK = 0.1
# States farther ahead come from a receiver whose clock is not that of the vehicle.
_AHEAD = 1.0
# What separates a report from the prediction of an honest sender: three deviations, a metre for
# the error of time, and a driver who brakes or turns hard meanwhile.
_GATE_DEVIATIONS = 3.0
_GATE_POSITION = 1.0
_GATE_ACCELERATION = 8.0
_GATE_SPEED = 3.0
_GATE_SPEED_RATE = 12.0
# Reports of one object closer together than this tell no yaw rate [s].
_SHORTEST = 0.02
# Accelerometers of standing vehicles read the slope of the road.
_CREEP = 0.5


class Verdict(IntEnum):
    """What became of a report; the name in lower case is the reason under which it counts."""

    ACCEPTED = 0
    DUPLICATE = 1
    LATE = 2
    OWN_ECHO = 3
    JUMP = 4
    FLOOD = 5
    FULL = 6
    UNUSABLE = 7
    OUT_OF_REACH = 8

    @property
    def reason(self) -> str:
        """The reason as counters name it."""
        return self.name.lower()


class TrackStore:
    """Tracks of all objects reported, bounded in number, one row each.

    A report without position or speed is `UNUSABLE`; other gaps are filled as `completed` says.
    Reports of one object are applied in the order of their times; an older one than the newest
    applied is `LATE` and changes nothing, one that was applied before is a `DUPLICATE`. A report
    far from where an established track can be is held back once as a `JUMP`; if the next one is
    off as well, the track starts anew there. What a sender tells of itself from farther than
    radio reaches is `OUT_OF_REACH`: it was sent elsewhere, and is repeated here.

    Attributes:
        resets: How often time ran back and all tracks were forgotten.
        evicted: How many tracks gave way to more relevant ones.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start empty.

        Args:
            parameters: Limits of tracking and the own temporary id.

        Raises:
            ParameterError: The own temporary id is not one.
        """
        self._limits = parameters.tracking
        self._parameters = parameters
        self._table = TrackTable(parameters.tracking.maximum)
        self._own_echo = OwnEcho(parameters.vehicle.temporary_id)
        self._shared = SharedIds()
        self._last_instant: int | None = None
        self.resets = 0
        self.evicted = 0

    def __len__(self) -> int:
        """Return the number of tracks."""
        return self._table.count

    @property
    def subject_id(self) -> NDArray[np.uint64]:
        """Temporary id that the observer of each track gives its object, 0: none, (n,).

        In the order of the last snapshot, like `since`.
        """
        return self._table.latest.subject_id[:self._table.count].copy()

    @property
    def since(self) -> NDArray[np.int64]:
        """Time of the first report of each track [ns], (n,)."""
        return self._table.since[:self._table.count].copy()

    def identify(self, rows: NDArray[np.intp], leader: NDArray[np.intp]) -> NDArray[np.uint32]:
        """Return the numbers of objects of which several tracks tell, and remember them.

        Args:
            rows: (n,) rows of the last snapshot.
            leader: (n,) for each the index among them of the track that leads its object.

        Returns:
            (n,) the oldest number of each object's tracks.
        """
        return identified(self._table, rows, leader)

    def configure(self, parameters: Parameters) -> None:
        """Take changed limits and another own temporary id over; the capacity stays.

        Raises:
            ParameterError: The own temporary id is not one.
        """
        self._own_echo.configure(parameters.vehicle.temporary_id)
        self._limits = parameters.tracking
        self._parameters = parameters

    def clear(self) -> None:
        """Forget all tracks."""
        self._table.keep(np.empty(0, dtype=np.intp))
        self._own_echo.clear()
        self._shared.clear()
        self._last_instant = None

    def update(self, reports: ObjectReports, ego: EgoState | None) -> NDArray[np.uint8]:
        """Apply reports.

        Args:
            reports: n reports in any order.
            ego: The ego at about the present, None where unknown: then the own echo is known by
                its id only.

        Returns:
            (n,) values of `Verdict`.
        """
        verdict = np.full(len(reports), int(Verdict.UNUSABLE), dtype=np.uint8)
        usable, rows = completed(reports)
        if len(rows):
            verdict[rows] = self._apply(usable, ego)
        return verdict

    def snapshot(self, now: int) -> Tracks:
        """Return all tracks at an instant, and drop those too old for it.

        Each is carried on with constant turn rate and acceleration to a standstill at most; its
        variances grow with what the sender's errors and an unseen driver make of the time.

        Args:
            now: The instant [ns since the Unix epoch]; where it lies more than 0.1 s before the
                last one, all tracks are forgotten first.

        Returns:
            The tracks.
        """
        if self._last_instant is not None and age(now, self._last_instant) > _JUMP_BACK:
            self.clear()
            self.resets += 1
        self._last_instant = now
        if self._table.count:
            self._drop_old(now)
        return self._predict(now) if self._table.count else replace(self._nothing, stamp=now)

    @cached_property
    def _nothing(self) -> Tracks:
        """No tracks at all."""
        return self._predict(0)

    def _apply(self, reports: ObjectReports, ego: EgoState | None) -> NDArray[np.uint8]:
        """Apply usable reports, at least one; return the verdicts, (n,)."""
        verdict = np.full(len(reports), int(Verdict.ACCEPTED), dtype=np.uint8)
        keys = self._shared.keys(reports)
        order = np.lexsort((reports.time, reports.object_id, keys))
        sender, number = keys[order], reports.object_id[order]
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = (sender[1:] != sender[:-1]) | (number[1:] != number[:-1])
        group = np.cumsum(begins) - 1
        first = np.flatnonzero(begins)
        rows = self._table.find(sender[first], number[first])

        row = np.empty(len(order), dtype=np.intp)
        row[order] = rows[group]
        self._drop_own_echo(reports, ego, row, verdict)
        if ego is not None:
            away = np.hypot(reports.x - ego.x, reports.y - ego.y)
            verdict[(reports.object_id < 0) & (away > self._parameters.trust.range_maximum)
                    & (verdict == int(Verdict.ACCEPTED))] = Verdict.OUT_OF_REACH
        rows = self._table.find(sender[first], number[first])

        # Rank 0 is the oldest report of an object; round k applies the k-th of every object.
        waiting = verdict[order] == int(Verdict.ACCEPTED)
        passed = np.cumsum(waiting) - waiting
        rank = passed - passed[first][group]
        size = np.add.reduceat(waiting.astype(np.intp), first)
        excess = np.maximum(size - MESSAGES_PER_CALL, 0)[group]
        verdict[order[waiting & (rank < excess)]] = Verdict.FLOOD
        waiting &= rank >= excess
        rank -= excess
        for turn in range(int(rank[waiting].max(initial=-1)) + 1):
            chosen = waiting & (rank == turn)
            which, row = order[chosen], rows[group[chosen]]
            known = row >= 0
            verdict[which[known]] = self._advance(row[known], reports, which[known])
            if not known.all():
                verdict[which[~known]] = self._begin(reports, which[~known], keys, ego)
                rows = self._table.find(sender[first], number[first])
        return verdict

    def _drop_own_echo(
        self,
        reports: ObjectReports,
        ego: EgoState | None,
        row: NDArray[np.intp],
        verdict: NDArray[np.uint8],
    ) -> None:
        """Mark reports of the own vehicle, and drop tracks that turn out to be it."""
        verdict[self._own_echo.by_id(reports)] = Verdict.OWN_ECHO
        if ego is None:
            return
        table = self._table
        tracked = row >= 0
        own, near = self._own_echo.by_motion(reports, ego, tracked)
        verdict[own] = Verdict.OWN_ECHO
        table.coincidences[row[tracked & ~near]] = 0
        # Once a call, so that duplicates do not count.
        hit = np.unique(row[tracked & near])
        table.coincidences[hit] += 1
        caught = hit[table.coincidences[hit] >= _ECHO_MESSAGES]
        if not len(caught):
            return
        verdict[near & np.isin(row, caught)] = Verdict.OWN_ECHO
        for track in caught:
            self._own_echo.recognise(
                int(table.latest.sender_id[track]), int(table.latest.object_id[track]),
                int(table.latest.time[track]))
        table.keep(np.setdiff1d(np.arange(table.count), caught))

    def _begin(
        self, reports: ObjectReports, which: NDArray[np.intp], keys: NDArray[np.uint64],
        ego: EgoState | None,
    ) -> NDArray[np.uint8]:
        """Apply reports of unknown objects, some of known ones under a new id."""
        verdict = np.empty(len(which), dtype=np.uint8)
        rows = predecessors(self._table, reports, which)
        known = rows >= 0
        self._table.rename(rows[known], reports, which[known], keys)
        verdict[known] = self._advance(rows[known], reports, which[known])
        verdict[~known] = self._insert(reports, which[~known], keys, ego)
        return verdict

    def _insert(
        self, reports: ObjectReports, which: NDArray[np.intp], keys: NDArray[np.uint64],
        ego: EgoState | None,
    ) -> NDArray[np.uint8]:
        """Begin tracks, those of the least relevant objects giving way; return the verdicts."""
        table = self._table
        verdict = np.full(len(which), int(Verdict.ACCEPTED), dtype=np.uint8)
        excess = table.count + len(which) - table.capacity
        if excess > 0:
            present = table.count
            candidates = self._irrelevance(reports.take(which), ego)
            everything = np.concatenate([
                self._irrelevance(table.latest.take(np.arange(present)), ego), candidates])
            # Stable, so that of equals the newcomer gives way.
            kept = np.sort(np.argsort(everything, kind='stable')[:table.capacity])
            self.evicted += present - int(np.count_nonzero(kept < present))
            table.keep(kept[kept < present])
            verdict[np.setdiff1d(np.arange(len(which)), kept - present)] = Verdict.FULL
            which = which[kept[kept >= present] - present]
        rows = table.append(reports, which, keys[which])
        table.updates[rows] = 1
        return verdict

    @staticmethod
    def _irrelevance(reports: ObjectReports, ego: EgoState | None) -> NDArray[np.float64]:
        """Return what to drop first, the oldest where the ego is unknown, (n,)."""
        return irrelevance(reports, ego) if ego is not None else -reports.time.astype(np.float64)

    def _advance(
        self, rows: NDArray[np.intp], reports: ObjectReports, which: NDArray[np.intp]
    ) -> NDArray[np.uint8]:
        """Apply reports to different tracks; return the verdicts, (k,)."""
        table, latest = self._table, self._table.latest
        time, count = reports.time[which], reports.message_count[which]
        seen = np.any(
            (table.history_time[rows] == time[:, np.newaxis])
            & (table.history_count[rows] == count[:, np.newaxis]), axis=1)
        verdict = np.full(len(rows), int(Verdict.ACCEPTED), dtype=np.uint8)
        verdict[time < latest.time[rows]] = Verdict.LATE
        verdict[seen | (time == latest.time[rows])] = Verdict.DUPLICATE

        elapsed = age(latest.time[rows], time)
        consistent = self._consistent(rows, reports, which, elapsed)
        off = (verdict == int(Verdict.ACCEPTED)) & ~consistent
        held = off & (table.updates[rows] >= _ESTABLISHED) & (table.jumps[rows] == 0)
        table.jumps[rows[held]] = 1
        verdict[held] = Verdict.JUMP
        foreign = np.flatnonzero(off)
        foreign = foreign[self._shared.notice(
            table, rows[foreign], reports.signer[which[foreign]])]
        verdict[foreign] = Verdict.JUMP

        applied = verdict == int(Verdict.ACCEPTED)
        rows, which, elapsed = rows[applied], which[applied], elapsed[applied]
        consistent = consistent[applied]
        table.jumps[rows] = 0
        table.period[rows] = mean_period(
            table.period[rows], elapsed,
            count[applied].astype(np.int64) - latest.message_count[rows])
        table.history_time[rows[~consistent]] = EMPTY
        messages = np.where(consistent, table.updates[rows], 0)
        table.updates[rows] = np.where(
            consistent, np.minimum(table.updates[rows], np.iinfo(np.uint16).max - 1) + 1, 1)

        turning = self._turning(rows, reports, which, elapsed)
        headings = self._smoothed(rows, reports, which, elapsed, messages)
        heading, deviation = latest.heading[rows], latest.heading_deviation[rows]
        places = smoothed(table, rows, reports, which, elapsed, consistent)
        table.write(rows, reports, which)
        places.write(table)
        table.turn_slow[rows], table.turn_fast[rows], table.turned[rows] = turning
        latest.heading[rows] = headings.heading
        latest.heading_deviation[rows] = np.sqrt(headings.variance)
        table.heading_variance[rows] = headings.variance
        table.heading_scatter[rows], table.heading_drift[rows] = headings[2:]
        standing = np.abs(latest.speed[rows]) < STANDING_SPEED
        kept = ~np.isfinite(latest.heading[rows]) | (standing & np.isfinite(heading))
        latest.heading[rows[kept]] = heading[kept]
        latest.heading_deviation[rows[kept]] = deviation[kept]
        unknown = rows[~np.isfinite(latest.acceleration[rows])]
        latest.acceleration[unknown] = speed_slope(
            table.history_time[unknown], table.history_speed[unknown])
        return verdict

    def _turning(
        self,
        rows: NDArray[np.intp],
        reports: ObjectReports,
        which: NDArray[np.intp],
        elapsed: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return yaw rates, filtered slow and fast, and the angle turned after reports."""
        table, sent = self._table, reports.yaw_rate[which]
        turned = wrap_angle(reports.heading[which] - table.latest.heading[rows])
        derived = turned / np.maximum(elapsed, _SHORTEST)
        yaw_rate = np.where(np.isfinite(sent), sent, derived)
        fast = filtered(table.turn_fast[rows], yaw_rate, elapsed, FAST)
        return (
            filtered(table.turn_slow[rows], yaw_rate, elapsed, SLOW),
            fast,
            turned_angle(
                table.turned[rows], fast, turned, reports.speed[which], elapsed,
                self._parameters.turning),
        )

    def _smoothed(
        self,
        rows: NDArray[np.intp],
        reports: ObjectReports,
        which: NDArray[np.intp],
        elapsed: NDArray[np.float64],
        messages: NDArray[np.integer[Any]],
    ) -> HeadingState:
        """Return headings after reports, smoothed; a track that sets off takes its own."""
        table, latest = self._table, self._table.latest
        moves = (messages > 0) & (np.abs(latest.speed[rows]) >= STANDING_SPEED)
        before = HeadingState(
            np.where(moves, latest.heading[rows], np.nan), table.heading_variance[rows],
            table.heading_scatter[rows], table.heading_drift[rows])
        return followed(
            before, reports.heading[which], reports.heading_deviation[which],
            (latest.yaw_rate[rows], reports.yaw_rate[which]), elapsed, messages,
            self._parameters.headings)

    def _consistent(
        self,
        rows: NDArray[np.intp],
        reports: ObjectReports,
        which: NDArray[np.intp],
        elapsed: NDArray[np.float64],
    ) -> NDArray[np.bool_]:
        """Return which reports an honest sender can have sent after its last one, (k,)."""
        latest = self._table.latest
        there = move(
            latest.x[rows], latest.y[rows], latest.heading[rows], latest.speed[rows],
            latest.acceleration[rows], latest.yaw_rate[rows], elapsed)
        apart = np.hypot(reports.x[which] - there.x, reports.y[which] - there.y)
        deviation = np.sqrt(
            latest.variance_xx[rows] + latest.variance_yy[rows]
            + reports.variance_xx[which] + reports.variance_yy[which])
        gate = (
            _GATE_POSITION + _GATE_DEVIATIONS * deviation
            + 0.5 * _GATE_ACCELERATION * elapsed**2
        )
        change = np.abs(reports.speed[which] - latest.speed[rows])
        return (apart <= gate) & (change <= _GATE_SPEED + _GATE_SPEED_RATE * np.abs(elapsed))

    def _drop_old(self, now: int) -> None:
        """Drop tracks older than three periods of their sender, within the limits of age."""
        table, limits = self._table, self._limits
        count = table.count
        period = table.period[:count]
        # A sender heard once may be a slow one.
        patience = np.where(np.isfinite(period), limits.drop_periods * period, np.inf)
        limit = np.minimum(np.maximum(patience, limits.coast_limited), limits.drop_age)
        passed = age(table.latest.time[:count], now)
        table.keep(np.flatnonzero((passed <= limit) & (passed >= -_AHEAD)))

    def _predict(self, now: int) -> Tracks:
        table = self._table
        latest = table.latest.first(table.count)
        elapsed = age(latest.time, now)
        creeping = (np.abs(latest.speed) < STANDING_SPEED) & (np.abs(latest.acceleration) < _CREEP)
        acceleration = np.where(creeping, 0.0, latest.acceleration)
        there = move(
            latest.x, latest.y, latest.heading, latest.speed, acceleration, latest.yaw_rate,
            elapsed)
        stopped = (there.speed == 0.0) & (latest.speed != 0.0)
        variance = grown_variance(latest, there.heading, elapsed)
        passed = np.abs(elapsed)
        turn_rate = lasting_turn_rate(
            latest.yaw_rate, table.turn_slow[:table.count], table.turn_fast[:table.count],
            there.speed, indicated_side(latest.lights), self._parameters.intent,
            self._parameters.turning)
        return Tracks(
            stamp=now,
            sender_id=latest.sender_id,
            object_id=latest.object_id,
            source=latest.source,
            x=there.x,
            y=there.y,
            z=latest.z,
            heading=wrap_angle(there.heading),
            speed=there.speed,
            acceleration=np.where(stopped, 0.0, acceleration),
            yaw_rate=latest.yaw_rate,
            turn_rate=turn_rate,
            turn_angle=lasting_turn_angle(
                turn_rate, table.turned[:table.count], self._parameters.turning),
            length=latest.length,
            width=latest.width,
            height=latest.height,
            object_class=latest.object_class,
            variance_xx=variance[0],
            variance_xy=variance[1],
            variance_yy=variance[2],
            speed_deviation=np.hypot(
                latest.speed_deviation, unseen_along(latest.object_class) * passed),
            heading_deviation=np.hypot(
                latest.heading_deviation, unseen_turn(latest.speed) * passed),
            age=np.maximum(elapsed, 0.0),
            period=table.period[:table.count].copy(),
            updates=table.updates[:table.count].copy(),
            verification=latest.verification,
            signer=latest.signer,
            corroborated=np.zeros(table.count, dtype=np.bool_),
            trust=np.zeros(table.count, dtype=np.uint8),
            existence=np.ones(table.count),
            identity=table.identity[:table.count].copy(),
            events=latest.events,
            lights=latest.lights,
            emergency=latest.emergency,
            asked_lane=np.full(table.count, -1, dtype=np.int32),
            path_radius=latest.path_radius,
            path_confidence=latest.path_confidence,
        )
