# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what viewers hold, so that they are sent what changed, and sent it all now and then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icv_v2x.drawing.shapes import Shape

MOVING_LIFE, STANDING_LIFE = 1.0, 12.0
"""How long a viewer keeps a shape that is not sent again, of traffic and of the road [s].

Whoever draws may end without a word; then nothing may stay that looks like the present.
"""

MOST = 4_000
"""Shapes that are drawn at most; the first ones are kept."""

# Numbers of shapes are given again only so long after their shape has gone [ns].
_REUSE = 30_000_000_000


class Placed(NamedTuple):
    """A shape to be drawn, new or anew.

    Attributes:
        number: Of the shape among those of its namespace.
        shape: The shape.
        life: How long it is to be kept [s].
    """

    number: int
    shape: Shape
    life: float


class Removed(NamedTuple):
    """A shape to be taken away.

    Attributes:
        namespace: Its namespace.
        number: Its number there.
    """

    namespace: str
    number: int


@dataclass
class _Held:
    number: int
    digest: bytes
    sent: int
    life: float


class Board:
    """What viewers hold by now."""

    def __init__(self) -> None:
        """Start with an empty board."""
        self.omitted = 0
        self._held: dict[tuple[str, str], _Held] = {}
        self._free: dict[str, list[tuple[int, int]]] = {}
        self._next: dict[str, int] = {}

    def clear(self) -> None:
        """Forget what viewers hold; numbers are given anew."""
        self._held.clear()
        self._free.clear()
        self._next.clear()

    def renew(self) -> None:
        """Have everything sent with the next update, as for a viewer that has just come."""
        for held in self._held.values():
            held.digest = b''

    def update(self, now: int, shapes: Iterable[Shape]) -> tuple[list[Placed], list[Removed]]:
        """Return what has to be sent so that viewers show these shapes and no others.

        A shape that has not changed is sent again only when half of its life is over.

        Args:
            now: [ns] on any clock that runs on.
            shapes: All that is to be seen; of two with one name the first counts.
        """
        placed: list[Placed] = []
        seen: set[tuple[str, str]] = set()
        self.omitted = 0
        for shape in shapes:
            name = (shape.namespace, shape.key)
            if name in seen or not np.isfinite(shape.points).all():
                continue
            if len(seen) >= MOST:
                self.omitted += 1
                continue
            seen.add(name)
            life = STANDING_LIFE if shape.standing else MOVING_LIFE
            held = self._held.get(name)
            digest = shape.digest()
            if held is None:
                held = self._held[name] = _Held(self._number(shape.namespace, now), b'', 0, life)
            due = now - held.sent >= 0.5 * held.life * 1e9
            if digest != held.digest or due or not now - held.sent >= 0:
                held.digest, held.sent, held.life = digest, now, life
                placed.append(Placed(held.number, shape, life))
        removed = []
        for name in [name for name in self._held if name not in seen]:
            number = self._held.pop(name).number
            removed.append(Removed(name[0], number))
            self._free.setdefault(name[0], []).append((now, number))
        return placed, removed

    def _number(self, namespace: str, now: int) -> int:
        free = self._free.get(namespace)
        if free and now - free[0][0] >= _REUSE:
            return free.pop(0)[1]
        number = self._next.get(namespace, 0)
        self._next[namespace] = number + 1
        return number
