# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which counts of the diagnostics are events of security, and when one is worth a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.recorder.event_recorder import Event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REASONS = {
    'signature_failed': 'frames whose signature failed',
    'certificate_expired': 'frames with an expired certificate',
    'certificate_revoked': 'frames with a revoked certificate',
    'unknown_issuer': 'frames of an unknown issuer',
    'unknown_verification': 'frames with a verdict that is none',
    'outside_validity': 'frames of a time when their certificate does not hold',
    'outside_region': 'frames from where their certificate does not hold',
    'not_permitted': 'frames of a kind that the certificate does not permit',
    'rate_limit': 'frames of a flood',
    'stale': 'frames that are too old, as replayed ones are',
    'future': 'frames of the future',
    'jump': 'positions that jump',
    'out_of_reach': 'frames from where no radio reaches, as replayed ones are',
}
"""Reason of a rejection to what it says."""

_FRAMES, _SENDERS = ': radio frames', ': senders'
_RECORDS, _LAST = 'misbehaviour records', 'last record'
# Of each reason an event at most so often [ns]; what comes meanwhile is counted in the next one.
_PAUSE = 60_000_000_000


class SecurityWatch:
    """Turns growing counts into events, at most one a minute for each node and reason."""

    def __init__(self) -> None:
        """Begin without any count."""
        self._counts: dict[tuple[str, str], int] = {}
        self._told: dict[tuple[str, str], int] = {}

    def look(self, name: str, values: Mapping[str, str], now: int) -> Iterator[Event]:
        """Yield what an entry of the diagnostics tells that is new.

        Args:
            name: Of the entry, the node's name first.
            values: Its figures.
            now: [ns], on the clock of the events.
        """
        if name.endswith(_FRAMES):
            for reason, text in REASONS.items():
                grown = self._grown(name, reason, values.get(f'rejected.{reason}', '0'), now)
                if grown:
                    yield Event(now, 'security', f'{grown} {text}', {
                        'node': name.removesuffix(_FRAMES), 'reason': reason, 'frames': grown})
        elif name.endswith(_SENDERS):
            grown = self._grown(name, _RECORDS, values.get(_RECORDS, '0'), now)
            if grown:
                yield Event(now, 'misbehaviour', values.get(_LAST, 'a sender lost trust'), {
                    'node': name.removesuffix(_SENDERS), 'records': grown, **values})

    def _grown(self, name: str, what: str, text: str, now: int) -> int:
        """Return by how much a count has grown since it was last told of, 0: say nothing."""
        key = (name, what)
        count = int(text) if text.isdecimal() else 0
        before = self._counts.get(key, 0)
        if count < before:
            # The node began anew.
            before = self._counts[key] = 0
        told = self._told.get(key)
        if count == before or (told is not None and 0 <= now - told < _PAUSE):
            return 0
        self._counts[key], self._told[key] = count, now
        return count - before
