# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the parking areas that were told of: revised, bounded, expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from icv_v2x.inputs import Verification

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.parking_areas import ParkingArea

_SECOND = 1e9


class _Entry(NamedTuple):
    area: ParkingArea
    heard: int


class ParkingStore:
    """One map per area, each the newest of the sender that is believed."""

    def __init__(self, parameters: Parameters) -> None:
        """Start without any area."""
        self._entries: dict[tuple[int, int], _Entry] = {}
        self.configure(parameters)

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over."""
        self._limits = parameters.parking
        self._trust = parameters.trust

    def clear(self) -> None:
        """Forget all areas."""
        self._entries.clear()

    def update(self, areas: Iterable[ParkingArea], now: int) -> list[bool]:
        """Take areas over, each in place of what was known of it.

        A map of lower verification leaves a better one in force, and while the sender of the
        present one is heard, that of another sender is not taken over.

        Args:
            areas: In the order of their reception.
            now: When they were received [ns since the Unix epoch].

        Returns:
            Whether each was taken over.
        """
        taken = []
        for area in areas:
            old = self._entries.get(area.key)
            takes_over = old is None or self._takes_over(area, old, now)
            taken.append(takes_over)
            if takes_over:
                self._entries[area.key] = _Entry(area, now)
        while len(self._entries) > self._limits.areas:
            del self._entries[min(self._entries, key=lambda one: self._entries[one].heard)]
        return taken

    def areas(self, now: int) -> tuple[ParkingArea, ...]:
        """Return the areas that are known at an instant [ns since the Unix epoch]."""
        limit = self._limits.age_maximum * _SECOND
        self._entries = {
            key: entry for key, entry in self._entries.items() if now - entry.heard <= limit}
        return tuple(self._entries[key].area for key in sorted(self._entries))

    def _takes_over(self, new: ParkingArea, old: _Entry, now: int) -> bool:
        trusted = self._trust.minimum_verification == 'not_checked'
        rank = [
            one.verification == Verification.VERIFIED or trusted for one in (new, old.area)]
        silent = now - old.heard > self._limits.takeover * _SECOND
        if rank[0] != rank[1]:
            return rank[0] or silent
        if new.signer != old.area.signer:
            return silent
        return new.time >= old.area.time or silent
