# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What was compared for one object at one instant, in the order in which it decided."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.gates import SELECTED
from icv_v2x.advisory.types import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.gates import Named

# What a gate that has no number compares with.
_WITHOUT = float('nan')


@dataclass
class Gate:
    """One comparison.

    Attributes:
        level: The level that takes it; NONE: looking at the object at all.
        what: Names the value, or says when the condition holds.
        value: The number compared, NaN where there is none or it is not known.
        sense: How it is compared, empty for a condition without numbers.
        limit: What with, NaN where there is none.
        holds: By the entry threshold.
        stays: By the exit threshold, None where there is none.
    """

    level: Level
    what: str
    value: float
    sense: str
    limit: float
    holds: bool
    stays: bool | None = None

    @property
    def text(self) -> str:
        """The comparison in words and numbers."""
        if not self.sense:
            return self.what
        return f'{self.what}: {number(self.value)} {self.sense} {number(self.limit)}'


@dataclass
class Rule:
    """What one application made of the object.

    Attributes:
        application: Its name, or that of what several have in common.
        looked_at: The object was among those that it compares.
        gates: In the order of comparison.
        told: Further numbers, with what they are.
        remarks: What became of its candidate.
    """

    application: str
    looked_at: bool = False
    gates: list[Gate] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def against(self) -> list[Gate]:
        """Why the application does not look at the object: gates of that kind that fail."""
        return [gate for gate in self.gates if gate.level == SELECTED and not gate.holds]


class Explanation:
    """Hears every comparison of an instant and keeps those of one object.

    Attributes:
        name: Of the object.
        rules: Name of the application to what it made of the object, in the order of asking.
        misfits: Comparisons with another number of rows than that of the objects they are about;
            none, unless a rule names its objects wrongly.
    """

    def __init__(self, name: str) -> None:
        """Listen for an object.

        Args:
            name: As `Tracks.name` or `Advisory.subject_ids` give it; empty for what is said
                without any subject.
        """
        self.rules: dict[str, Rule] = {}
        self.misfits = 0
        self.name = name
        self._numbers = _numbers(name)
        self._rule: Rule | None = None
        self._row: int | None = None
        self._count = 0

    def scope(
        self, application: str, objects: Named | list[str], rows: NDArray[np.intp] | None,
    ) -> None:
        """Learn of whom the following comparisons are made; see `gates.Listener`."""
        self._rule = self.rules.setdefault(application, Rule(application))
        found = self._places(objects)
        self._count = _length(objects)
        if rows is not None:
            found = np.flatnonzero(np.isin(rows, found))
            self._count = len(rows)
        self._row = int(found[0]) if len(found) else None
        self._rule.looked_at |= self._row is not None

    def compare(
        self, level: Level, what: str, value: Any, sense: str, limit: Any, holds: Any,
    ) -> None:
        """Keep a comparison; see `gates.Listener`."""
        if self._rule is None or self._row is None:
            return
        held = bool(self._of(holds, missing=False))
        for gate in self._rule.gates:
            if (gate.level, gate.what) == (level, what):
                gate.stays = held
                return
        self._rule.gates.append(Gate(
            level, what, float(self._of(value, missing=_WITHOUT)), sense,
            float(self._of(limit, missing=_WITHOUT)), held))

    def tell(self, what: str, value: Any) -> None:
        """Keep a number; see `gates.Listener`."""
        if self._rule is None or self._row is None:
            return
        found = value(self._row) if callable(value) else self._of(value, missing=_WITHOUT)
        self._rule.told.append((what, float(found)))

    def remark(self, application: str, subjects: tuple[str, ...], text: str) -> None:
        """Keep a sentence; see `gates.Listener`."""
        if self.name in subjects or (not self.name and not subjects):
            self.rules.setdefault(application, Rule(application)).remarks.append(text)

    def _places(self, objects: Named | list[str]) -> NDArray[np.intp]:
        if isinstance(objects, (list, tuple)):
            return np.array(
                [row for row, name in enumerate(objects) if name == self.name], dtype=np.intp)
        if self._numbers is None:
            return np.zeros(0, dtype=np.intp)
        sender, number = self._numbers
        return np.flatnonzero(
            (objects.sender_id == np.uint64(sender)) & (objects.object_id == number))

    def _of(self, value: Any, *, missing: Any) -> Any:
        """Return the value of the row."""
        if value is None:
            return missing
        if np.ndim(value) == 0:
            return value
        if len(value) != self._count or self._row is None:
            self.misfits += 1
            return missing
        return value[self._row]


def number(value: float) -> str:
    """Return a number as a person reads it."""
    if math.isnan(value):
        return 'unknown'
    if math.isinf(value):
        return 'infinite' if value > 0.0 else '-infinite'
    return f'{value:.3g}' if abs(value) < 100.0 else f'{value:.0f}'


def _length(objects: Named | list[str]) -> int:
    return len(objects) if isinstance(objects, (list, tuple)) else len(objects.sender_id)


def _numbers(name: str) -> tuple[int, int] | None:
    """Return sender and number of an object, None for the name of something else."""
    sender, _, tail = name.partition(':')
    try:
        found = int(sender, 16), int(tail) if tail else -1
    except ValueError:
        return None
    return found if found[0] < 2**64 else None
