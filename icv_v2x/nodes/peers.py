# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Who of the package's nodes gives signs of life: the bookkeeping, free of any middleware."""

from __future__ import annotations

from icv_v2x.nodes.health import Severity, Status

PERIOD = 0.25
"""A node gives a sign of life this often [s]."""

SILENT_AFTER = 0.75
"""A node without a sign of life for this long has died or is stuck [s]."""

FAREWELL = '-'
"""Before its name a node that ends as it was told to."""

_NANOSECONDS = 1_000_000_000
_NODES = 64


class Peers:
    """Keeps when each node was heard last, on a steady clock.

    A node that said farewell is forgotten; one that just falls silent is told of until it comes
    back or says farewell, so that a death is seen however late one looks.
    """

    def __init__(self, own: str) -> None:
        """Start knowing nobody.

        Args:
            own: The name of the node that listens; its own signs tell nothing.
        """
        self._own = own
        self._heard: dict[str, int] = {}

    def hear(self, text: str, now: int) -> None:
        """Take a sign of life, or a farewell, at `now` on a steady clock [ns]."""
        name = text.removeprefix(FAREWELL)
        if text != name:
            self._heard.pop(name, None)
        elif name != self._own and (name in self._heard or len(self._heard) < _NODES):
            self._heard[name] = now

    def silent(self, now: int) -> tuple[str, ...]:
        """Return the nodes without a sign of life, in alphabetical order; `now` as above."""
        return tuple(sorted(
            name for name, heard in self._heard.items()
            if now - heard > SILENT_AFTER * _NANOSECONDS))

    def status(self, now: int) -> Status:
        """Return who lives and who does not; `now` as above."""
        silent = self.silent(now)
        values = {
            name: f'{(now - heard) / _NANOSECONDS:.2f} s' for name, heard in self._heard.items()}
        if silent:
            return Status(
                'other nodes', Severity.ERROR, f'no sign of life from {", ".join(silent)}',
                {**values, 'what to do': 'see the log of the process and start it again; the '
                 'launch file does so unless respawn is false'})
        return Status('other nodes', Severity.OK, f'{len(self._heard)} others live', values)
