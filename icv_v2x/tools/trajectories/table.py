# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Plain tables (CSV with a header) as recordings."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.trajectories.recording import (
    UNPACKING_ERRORS,
    Recording,
    Trajectory,
    finite,
    open_source,
)

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = ('t', 'id', 'x', 'y', 'heading', 'speed')
OPTIONAL = ('acceleration', 'length', 'width', 'class', 'z')
_DEFAULT_SIZE = (4.6, 1.8)


@dataclass
class _Samples:
    object_class: ObjectClass
    length: float
    width: float
    rows: list[tuple[float, ...]] = field(default_factory=list)


def read(path: Path) -> Recording:
    """Read a table.

    Columns t, id, x, y, heading, speed and optionally acceleration, length, width, class, z, in
    any order; s, m, rad, SI; x, y is the centre of the box; class is a name of `ObjectClass` in
    any case, or its number.

    Args:
        path: CSV file, or such a file packed by gzip.

    Returns:
        The recording.

    Raises:
        SourceError: It cannot be read, a column is missing or a value is none.
    """
    samples: dict[str, _Samples] = {}
    with open_source(path) as file:
        text = io.TextIOWrapper(file, encoding='utf-8-sig', newline='')
        try:
            reader = csv.DictReader(text)
            _check_header(path, reader.fieldnames)
            for row in reader:
                _take(row, samples, f'{path}, line {reader.line_num}')
        except (csv.Error, UnicodeDecodeError, *UNPACKING_ERRORS) as error:
            raise SourceError(f'{path} is no table: {error}') from error
    if not samples:
        raise SourceError(f'{path} has no row')
    return Recording(tuple(_trajectory(path, name, one) for name, one in samples.items()))


def _check_header(path: Path, names: object) -> None:
    found = [str(name).strip() for name in names] if isinstance(names, (list, tuple)) else []
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise SourceError(
            f'{path} has no column {", ".join(missing)}; expected a header with '
            f'{",".join(REQUIRED + OPTIONAL)}')


def _take(row: dict[str, str | None], samples: dict[str, _Samples], where: str) -> None:
    values = {str(key).strip(): value for key, value in row.items()}
    name = (values['id'] or '').strip()
    if not name:
        raise SourceError(f'{where}: id is empty')

    def optional(column: str, otherwise: float) -> float:
        text = (values.get(column) or '').strip()
        return finite(text, f'{where}: {column}') if text else otherwise

    if name not in samples:
        samples[name] = _Samples(
            _object_class(values.get('class'), where),
            optional('length', _DEFAULT_SIZE[0]), optional('width', _DEFAULT_SIZE[1]))
    samples[name].rows.append((
        *(finite(values[column], f'{where}: {column}') for column in REQUIRED if column != 'id'),
        optional('acceleration', math.nan), optional('z', math.nan)))


def _object_class(text: str | None, where: str) -> ObjectClass:
    given = (text or '').strip()
    if not given:
        return ObjectClass.CAR
    try:
        return ObjectClass(int(given)) if given.isdigit() else ObjectClass[given.upper()]
    except (KeyError, ValueError) as error:
        names = ', '.join(kind.name.lower() for kind in ObjectClass)
        raise SourceError(f'{where}: class is {given!r}, expected one of {names}') from error


def _trajectory(path: Path, name: str, samples: _Samples) -> Trajectory:
    rows = np.array(samples.rows)
    rows = rows[np.argsort(rows[:, 0], kind='stable')]
    time, x, y, heading, speed, acceleration, z = rows.T
    if len(time) > 1 and not (np.diff(time) > 0.0).all():
        raise SourceError(f'{path}: {name} has two rows for the same time')
    return Trajectory(
        name=name, object_class=samples.object_class, length=samples.length,
        width=samples.width, fixed=False, time=time, x=x, y=y, heading=heading, speed=speed,
        acceleration=acceleration, z=None if np.isnan(z).any() else z)
