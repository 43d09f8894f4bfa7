# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What road-side units tell of the road: kept while they tell it, each thing once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import Verification
from icv_v2x.road_events.codes import figure
from icv_v2x.translate.road_events import (
    RoadEventKind,
    RoadEvents,
    joined,
    no_road_events,
)

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters

_Key = tuple[int, int, int]
# Period of a sender until its second message shows it [s], and how fast the mean follows.
_PERIOD = 1.0
_FOLLOW = 0.3


@dataclass
class _Hearing:
    """When one thing was heard.

    Attributes:
        first: [ns since the Unix epoch].
        last: [ns since the Unix epoch].
        period: [s] mean interval.
    """

    first: int
    last: int
    period: float = _PERIOD


class RoadEventStore:
    """Keeps events and signs by sender, kind and number, bounded, until they are told no more."""

    def __init__(self, parameters: Parameters) -> None:
        """Start empty."""
        self.configure(parameters)
        self.clear()

    def configure(self, parameters: Parameters) -> None:
        """Take changed limits over."""
        self._limits = parameters.road_events
        self._trust = parameters.trust
        self._direction = np.radians(parameters.road_events.direction)

    def clear(self) -> None:
        """Forget everything."""
        self._heard: dict[_Key, _Hearing] = {}
        self._once: RoadEvents | None = None
        self._hold(no_road_events())

    def update(
        self, events: RoadEvents, place: tuple[float, float] | None = None
    ) -> NDArray[np.bool_]:
        """Take in what was told; the same number of a sender replaces what it told before.

        Args:
            events: In the order in which they came.
            place: [m] of the ego, to keep what is near when there is too much.

        Returns:
            (n,) what was taken; not so what a less trusted message tells under the number of a
            more trusted one, or what there is no room for.
        """
        if not len(events):
            return np.zeros(0, np.bool_)
        known = self._known
        if self._repeat(events, known):
            return np.ones(len(events), np.bool_)
        trusted = self._trusted(events)
        standing = self._trusted(self._events)
        taken = np.ones(len(events), np.bool_)
        newest: dict[_Key, int] = {}
        for row, key in enumerate(_keys(events)):
            before = known.get(key)
            among = newest.get(key)
            stronger = (before is not None and standing[before]) or (
                among is not None and trusted[among])
            if stronger and not trusted[row]:
                taken[row] = False
            else:
                newest[key] = row
        for key, row in newest.items():
            self._hear(key, int(events.time[row]))
        kept = np.array([key not in newest for key in known], np.bool_)
        fresh = np.array(sorted(newest.values()), np.int64)
        self._hold(joined([
            self._events.take(kept) if len(kept) else self._events, events.take(fresh)]))
        dropped = self._bound(place)
        # Now rather than at the next instant, which would be late by it.
        self._once = self._each_once()
        keys = list(_keys(events))
        taken &= np.array([key not in dropped for key in keys], np.bool_)
        return taken

    def snapshot(self, now: int) -> RoadEvents:
        """Return what is told and has not ended, each thing once over all senders.

        Args:
            now: [ns since the Unix epoch].

        Returns:
            Events in force and announced; `corroborated` where several verified senders agree.
        """
        limits = self._limits
        live = []
        for key in self._known:
            heard = self._heard[key]
            patience = min(
                max(limits.drop_periods * heard.period, limits.drop_age_minimum),
                limits.drop_age)
            live.append(now - heard.last <= patience * 1e9)
        if not all(live):
            self._keep(np.array(live, np.bool_))
        if self._once is None:
            self._once = self._each_once()
        ended = (self._once.end != 0) & (self._once.end <= now)
        return self._once.take(~ended) if ended.any() else self._once

    def _hold(self, events: RoadEvents) -> None:
        """Keep these events from now on."""
        self._events = events
        self._known = {key: row for row, key in enumerate(_keys(events))}
        self._once = None

    def _repeat(self, events: RoadEvents, known: dict[_Key, int]) -> bool:
        """Note the times of events that were told before just so; return whether all are such."""
        keys = _keys(events)
        rows = [known.get(key, -1) for key in keys]
        if min(rows) < 0 or len(set(rows)) < len(rows):
            return False
        if not self._events.take(np.array(rows)).same_but_time(events):
            return False
        for key, time in zip(keys, events.time.tolist(), strict=True):
            self._hear(key, time)
        time = self._events.time.copy()
        time[rows] = events.time
        told = self._events = replace(self._events, time=time)
        if self._once is not None:
            once = [known[key] for key in _keys(self._once)]
            self._once = replace(self._once, time=told.time[once])
        return True

    def _hear(self, key: _Key, time: int) -> None:
        heard = self._heard.get(key)
        if heard is None:
            self._heard[key] = _Hearing(time, time)
            return
        interval = (time - heard.last) * 1e-9
        if interval > 0.0:
            heard.period += _FOLLOW * (interval - heard.period)
            heard.last = time

    def _trusted(self, events: RoadEvents) -> NDArray[np.bool_]:
        trusted: NDArray[np.bool_] = events.verification == int(Verification.VERIFIED)
        if self._trust.minimum_verification == 'not_checked':
            trusted = trusted | (events.verification == int(Verification.NOT_CHECKED))
        return trusted

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        self._hold(self._events.take(rows))
        self._heard = {key: heard for key, heard in self._heard.items() if key in self._known}

    def _bound(self, place: tuple[float, float] | None) -> set[_Key]:
        """Drop what is too much; return what was dropped."""
        excess = len(self._events) - self._limits.maximum
        if excess <= 0:
            return set()
        events = self._events
        x, y = _places(events)
        east, north = place or (0.0, 0.0)
        distance = np.hypot(x - east, y - north)
        distance = np.where(np.isfinite(distance), distance, 0.0)
        least = np.lexsort((-distance, self._trusted(events)))[:excess]
        keys = list(_keys(events))
        stay = np.ones(len(events), np.bool_)
        stay[least] = False
        self._keep(stay)
        return {keys[row] for row in least.tolist()}

    def _each_once(self) -> RoadEvents:
        """Return the events without what another sender tells better or told before."""
        events = self._events
        if len(events) < 2:
            return events
        trusted = self._trusted(events)
        first = np.array([self._heard[key].first for key in _keys(events)])
        same = self._same(events)
        corroborated = np.zeros(len(events), np.bool_)
        kept: list[int] = []
        for row in np.lexsort((np.arange(len(events)), first, ~trusted)).tolist():
            leader = next((other for other in kept if same[other, row]), None)
            if leader is None:
                kept.append(row)
            elif trusted[row] and trusted[leader] and events.signer[row] and (
                events.signer[leader]
            ) and events.signer[row] != events.signer[leader]:
                corroborated[leader] = True
        return replace(events, corroborated=corroborated).take(
            np.array(sorted(kept), np.int64))

    def _same(self, events: RoadEvents) -> NDArray[np.bool_]:
        """Return which two rows are one thing told by two senders, (n, n)."""
        x, y = _places(events)
        direction = _directions(events)
        numbers = np.array([figure(text) for text in events.description])
        texts = np.array([hash(text) for text in events.description])
        links = _first_links(events)

        def pairs(column: NDArray[np.generic]) -> NDArray[np.bool_]:
            return np.asarray(column[:, np.newaxis] == column)

        alike = pairs(events.kind) & pairs(events.code) & ~pairs(events.sender_id)
        alike &= pairs(events.information) & pairs(events.vehicle_types)
        sign = events.kind == int(RoadEventKind.SIGN)
        figures = pairs(numbers) | (np.isnan(numbers)[:, np.newaxis] & np.isnan(numbers))
        alike &= ~sign | (figures & ((events.code != 0) | pairs(texts)))
        apart = np.hypot(x[:, np.newaxis] - x, y[:, np.newaxis] - y)
        near = apart <= self._limits.same_place
        placed = np.isfinite(x)
        linked = (links[:, np.newaxis] == links).all(axis=2) & (links[:, 2] != 0)
        alike &= np.where(placed[:, np.newaxis] & placed, near, linked)
        turned = np.cos(direction[:, np.newaxis] - direction)
        alike &= np.isnan(turned) | (turned >= np.cos(self._direction))
        return np.asarray(alike, np.bool_)


def _keys(events: RoadEvents) -> list[_Key]:
    return list(zip(
        events.sender_id.tolist(), events.kind.tolist(), events.event_id.tolist(),
        strict=True))


def _places(events: RoadEvents) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where events are: their place, else where their first path begins [m]."""
    x, y = events.x.copy(), events.y.copy()
    rows, first = np.unique(events.path_event, return_index=True)
    without = ~np.isfinite(x[rows])
    points = events.path_begin[first[without]]
    x[rows[without]], y[rows[without]] = events.path_x[points], events.path_y[points]
    return x, y


def _directions(events: RoadEvents) -> NDArray[np.float64]:
    """Return the direction of the first path of each event [rad], NaN without one."""
    direction = np.full(len(events), np.nan)
    rows, first = np.unique(events.path_event, return_index=True)
    begin, end = events.path_begin[first], events.path_begin[first + 1] - 1
    direction[rows] = np.arctan2(
        events.path_y[end] - events.path_y[begin], events.path_x[end] - events.path_x[begin])
    return direction


def _first_links(events: RoadEvents) -> NDArray[np.int64]:
    """Return upstream, downstream node and 1 of the first link of each event, (n, 3)."""
    links = np.zeros((len(events), 3), np.int64)
    rows, first = np.unique(events.link_event, return_index=True)
    links[rows] = np.column_stack([
        events.link_upstream[first], events.link_downstream[first],
        np.ones(len(rows), np.int64)])
    return links
