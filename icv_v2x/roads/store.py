# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the maps of nodes that road-side units give: revised, bounded, expired."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import Verification
from icv_v2x.roads.model import RoadModel, road_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.lanes import Lanes, NodeMap

_SECOND = 1e9
# What a road model of so many ways over nodes and so much length [m] costs is borne; one is made
# anew no more often than this [ns].
_WAYS, _LENGTH = 4096, 300_000.0
_INTERVAL = 1_000_000_000


@dataclass
class _Entry:
    content: NodeMap
    heard: int


class RoadStore:
    """One map per node; the model is made anew only when the content of one changes."""

    def __init__(self, parameters: Parameters) -> None:
        """Start without any road."""
        self._limits = parameters.roads
        self._trust = parameters.trust
        self._entries: dict[tuple[int, int], _Entry] = {}
        self._version = 0
        self._model = road_model([], 0)
        self._stale = False
        self._made: int | None = None

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over."""
        self._limits = parameters.roads
        self._trust = parameters.trust

    def clear(self) -> None:
        """Forget all maps."""
        self._entries.clear()
        self._changed()
        self._made = None

    def update(self, maps: Iterable[NodeMap], now: int) -> None:
        """Take maps over, each in place of what was known of its node.

        A map of lower verification leaves a better one in force. While the sender of the present
        one is heard, what another sender says of the node is not taken over, so that two that
        contradict each other do not alternate.

        Args:
            maps: In the order of their reception.
            now: When they were received [ns since the Unix epoch].
        """
        added = False
        for new in maps:
            key = (new.region, new.node)
            old = self._entries.get(key)
            if old is not None:
                if not self._takes_over(new, old, now):
                    continue
                if _same(old.content.lanes, new.lanes):
                    same_sender = (
                        old.content.signer == new.signer
                        and old.content.verification == new.verification)
                    old.content = replace(new, lanes=old.content.lanes)
                    old.heard = now
                    self._stale |= not same_sender
                    continue
            self._entries[key] = _Entry(new, now)
            self._stale = added = True
        if added:
            self._bound()

    def model(self, now: int) -> RoadModel:
        """Return the road at an instant; the same object while nothing changed.

        Changes show within a second: a flood of maps must not cost the cycle.

        Args:
            now: [ns since the Unix epoch].
        """
        limit = self._limits.age_maximum * _SECOND
        expired = [key for key, entry in self._entries.items() if now - entry.heard > limit]
        for key in expired:
            del self._entries[key]
        self._stale |= bool(expired)
        waits = self._made is not None and 0 <= now - self._made < _INTERVAL
        if self._stale and not waits:
            self._changed()
            self._made = now
        return self._model

    def heard(self, now: int) -> dict[tuple[int, int], float]:
        """Return how long ago each node was heard of, by region and number [s]."""
        return {key: (now - entry.heard) / _SECOND for key, entry in self._entries.items()}

    def _takes_over(self, new: NodeMap, old: _Entry, now: int) -> bool:
        trusted = self._trust.minimum_verification == 'not_checked'
        rank = [
            one.verification == Verification.VERIFIED or trusted for one in (new, old.content)]
        silent = now - old.heard > self._limits.takeover * _SECOND
        if rank[0] != rank[1]:
            return rank[0] or silent
        if new.signer != old.content.signer:
            return silent or _same(old.content.lanes, new.lanes)
        return new.time >= old.content.time or silent

    def _bound(self) -> None:
        """Drop the nodes heard of longest ago beyond the bounds."""
        if self._fits():
            return
        self._stale = True
        for key in sorted(self._entries, key=lambda one: self._entries[one].heard):
            if self._fits():
                return
            del self._entries[key]

    def _fits(self) -> bool:
        contents = [entry.content.lanes for entry in self._entries.values()]
        return (
            len(contents) <= self._limits.nodes
            and sum(map(len, contents)) <= self._limits.lanes
            and sum(len(lanes.connections) for lanes in contents) <= _WAYS
            and sum(map(_length, contents)) <= _LENGTH)

    def _changed(self) -> None:
        self._version += 1
        self._stale = False
        maps = [self._entries[key].content for key in sorted(self._entries)]
        self._model = road_model(maps, self._version)


def _length(lanes: Lanes) -> float:
    """Return how long all lanes are together [m]."""
    step = np.hypot(np.diff(lanes.x), np.diff(lanes.y))
    step[lanes.begin[1:-1] - 1] = 0.0
    return float(step.sum())


def _same(first: Any, second: Any) -> bool:
    """Whether two sets of lanes say the same."""
    if first is second:
        return True
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if is_dataclass(one):
            if not _same(one, other):
                return False
        elif one.shape != other.shape or not np.array_equal(
            one, other, equal_nan=one.dtype.kind == 'f'
        ):
            return False
    return True
