# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Writes every cycle of a run into the tables of an export as it comes."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.advisory.types import Action, Application, Level, Mode
from icv_v2x.dataset.outcomes import OutcomeWatch
from icv_v2x.dataset.parquet import GROUP, TableWriter
from icv_v2x.dataset.schema import CATEGORIES, OF_ADVISORY, OF_EGO, TABLES, VERSION, names
from icv_v2x.inputs import Indicator, Verification
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.signals import Doubt, Signals
from icv_v2x.translate.signal_reports import Light
from icv_v2x.trust import TrustLevel
from icv_v2x.world.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.pipeline import Cycle

_NAMES = {
    'object_class': names(ObjectClass), 'verification': names(Verification),
    'trust': names(TrustLevel), 'light': names(Light), 'next_light': names(Light),
    'doubt': names(Doubt), 'indicator': names(Indicator), 'application': names(Application),
    'level': names(Level), 'action': names(Action),
}
# Ids are kept as texts for so many objects at once.
_IDS = 20_000


class DatasetRecorder:
    """Takes the cycles of a run; a context manager that leaves whole files or none.

    Memory is bounded by a group of rows of each table.
    """

    def __init__(
        self, folder: Path, metadata: Mapping[str, str], *, group: int = GROUP,
    ) -> None:
        """Open the files.

        Args:
            folder: Where they go; it exists.
            metadata: Of the source and the package, into every file.
            group: Rows of a table that are held before they are written.

        Raises:
            MissingExtraError: pyarrow is not installed.
            OSError: A file cannot be written.
        """
        self._stack = ExitStack()
        self._outcomes = OutcomeWatch()
        self._ids: dict[tuple[int, int], str] = {}
        known = {'icv_v2x.tables': str(VERSION), **metadata}
        with self._stack:
            self._tables = {
                table.name: self._stack.enter_context(TableWriter(
                    folder / f'{table.name}.parquet', table, known, group=group))
                for table in TABLES
            }
            self._stack = self._stack.pop_all()

    def __enter__(self) -> DatasetRecorder:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is open, then finish the files; remove them after an error."""
        if kind is None:
            self._write_outcomes(self._outcomes.finish())
        self._stack.__exit__(kind, error, trace)

    @property
    def rows(self) -> dict[str, int]:
        """Rows of every table so far."""
        return {name: writer.rows for name, writer in self._tables.items()}

    def add(self, cycle: Cycle, time: float) -> None:
        """Take one cycle.

        Args:
            cycle: The cycle.
            time: [s] since the first message.
        """
        self._tables['ego'].add(1, _ego(cycle, time))
        self._add_tracks(cycle.tracks, cycle.stamp, time)
        self._add_advisories(cycle.advisories, cycle.stamp, time)
        if cycle.signals is not None:
            signals = cycle.signals
            self._tables['signals'].add(len(signals), {
                **_moment(cycle.stamp, time, len(signals)), **_arrays(Signals, signals)})
        self._write_outcomes(self._outcomes.add(cycle, time))

    def _add_tracks(self, tracks: Tracks, stamp: int, time: float) -> None:
        if len(self._ids) > _IDS:
            self._ids.clear()
        keys = zip(tracks.sender_id.tolist(), tracks.object_id.tolist(), strict=True)
        ids = []
        for row, key in enumerate(keys):
            if key not in self._ids:
                self._ids[key] = tracks.name(row)
            ids.append(self._ids[key])
        self._tables['tracks'].add(len(tracks), {
            **_moment(stamp, time, len(tracks)), 'name': ids, **_arrays(Tracks, tracks)})

    def _add_advisories(self, advisories: Sequence[Advisory], stamp: int, time: float) -> None:
        columns: dict[str, Any] = {
            'advisory_id': [advisory.id for advisory in advisories],
            'scenario': [advisory.scenario.name for advisory in advisories],
        }
        for name in OF_ADVISORY:
            values = [getattr(advisory, name) for advisory in advisories]
            known = _NAMES.get(name)
            columns[name] = values if known is None else [known[int(v)] for v in values]
        self._tables['advisories'].add(
            len(advisories), {**_moment(stamp, time, len(advisories)), **columns})

    def _write_outcomes(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._tables['outcomes'].add(
                len(rows), {name: [row[name] for row in rows] for name in rows[0]})


def _moment(stamp: int, time: float, rows: int) -> dict[str, Any]:
    return {'stamp': np.full(rows, stamp, np.int64), 'time': np.full(rows, time)}


def _arrays(record: type, values: Any) -> dict[str, Any]:
    """Return the columns of a record of arrays, numbers of enumerations by their names."""
    columns = {}
    for f in fields(record):
        if f.name == 'stamp':
            continue
        column = getattr(values, f.name)
        columns[f.name] = _named(f.name, column) if f.name in CATEGORIES else column
    return columns


def _named(name: str, numbers: Any) -> list[str]:
    known: Callable[[int], str | None] = _NAMES[name].get
    return [known(number) or str(number) for number in numbers.tolist()]


def _ego(cycle: Cycle, time: float) -> dict[str, Any]:
    ego = cycle.ego
    columns: dict[str, Any] = {
        'stamp': [cycle.stamp], 'time': [time],
        'mode': [Mode(cycle.mode).name], 'mode_reason': [cycle.mode_reason],
        'tracks': [len(cycle.tracks)], 'advisories': [len(cycle.advisories)],
    }
    for name in OF_EGO:
        value = None if ego is None else getattr(ego, name)
        if name in _NAMES and value is not None:
            value = _NAMES[name][int(value)]
        columns[name] = [value]
    return columns
