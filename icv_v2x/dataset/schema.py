# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The tables of an export, column by column; the files and their document are made from it."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Advisory
from icv_v2x.signals import Signals
from icv_v2x.world.ego import EgoState
from icv_v2x.world.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Iterable

VERSION = 1
"""Of the tables; raised when a column changes its meaning or goes."""

CATEGORY = 'category'
"""Type of a column that holds one name of an enumeration; in Parquet a dictionary of strings."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: As in the file.
        type: `category`, `string`, `list<string>`, `list<float64>`, `bool` or a number's.
        description: One sentence with the unit.
    """

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """One file.

    Attributes:
        name: The file's, without `.parquet`.
        row: What a row is.
        columns: In their order.
    """

    name: str
    row: str
    columns: tuple[Column, ...]


# Columns that are written under the name of the value, not as its number.
CATEGORIES = {
    'object_class', 'verification', 'trust', 'light', 'next_light', 'doubt', 'indicator',
    'application', 'level', 'action',
}

_MOMENT = (
    Column('stamp', 'int64', '[ns since the Unix epoch] instant of the cycle.'),
    Column('time', 'float64', '[s] the same instant since the first message of the bag.'),
)
_PLAIN = {'float': 'float64', 'int': 'int64', 'bool': 'bool', 'str': 'string'}
# What is not told in a sentence of its own.
_SAID = {
    'phase_id': 'Number of the phase.', 'signer': 'Certificate digest, 0: none given.',
    'intersection_id': 'Number of the intersection.',
    'region': 'Of the intersection, -1 where none is given.',
}

OF_EGO = tuple(
    f.name for f in fields(EgoState)
    if f.name != 'stamp' and (f.type in _PLAIN or f.name in CATEGORIES))
"""Fields of the ego that are columns; what has parts of its own, as the path has, is not."""
OF_ADVISORY = tuple(f.name for f in fields(Advisory) if f.name not in ('id', 'exit_level'))
"""Fields of an advisory that are columns of their name."""
_OF_SIGNAL = tuple(
    f.name for f in fields(Signals) if f.name != 'stamp' and not f.name.startswith('step_'))
_OF_TRACK = tuple(f.name for f in fields(Tracks) if f.name != 'stamp')


def _taken(record: type, names: Iterable[str]) -> tuple[Column, ...]:
    """Return columns for fields of a record, with the types and sentences that it gives them."""
    said = _sentences(record)
    kinds = {f.name: str(f.type) for f in fields(record)}
    columns = []
    for name in names:
        kind = CATEGORY if name in CATEGORIES else _type(kinds[name])
        sentence = _SAID[name] if record is Signals and name in _SAID else said[name]
        if record is Signals and kind == 'float64' and name != 'confidence':
            sentence = f'[s] {sentence}'
        columns.append(Column(name, kind, sentence[:1].upper() + sentence[1:]))
    return tuple(columns)


def _type(annotation: str) -> str:
    if annotation.startswith('tuple['):
        return 'list<string>' if 'str' in annotation else 'list<float64>'
    array = re.search(r'np\.(\w+?)_?\]', annotation)
    if array is not None:
        return array.group(1)
    return {'Floats': 'float64', **_PLAIN}[annotation]


def _sentences(record: type) -> dict[str, str]:
    """Return what the docstring of a record says of its attributes."""
    text = inspect.getdoc(record) or ''
    attributes = text.partition('Attributes:\n')[2]
    found: dict[str, str] = dict.fromkeys((f.name for f in fields(record)), '')
    for name, sentence in re.findall(r'^    (\w+): (.*(?:\n     +.*)*)', attributes, re.MULTILINE):
        words = ' '.join(sentence.split())
        # Shapes, and the plain statement of a type that the column gives itself.
        found[name] = re.sub(r'^\(n,\) ?(u?int\d+[, ]*|bool, )?', '', words)
    return found


TABLES = (
    Table('ego', 'a cycle of the replay: the own vehicle and the state of the package', (
        *_MOMENT,
        Column('mode', CATEGORY, 'Mode of the package.'),
        Column('mode_reason', 'string', 'Why the mode is not ACTIVE, empty in ACTIVE.'),
        Column('tracks', 'int32', 'Objects known in this cycle: rows of `tracks`.'),
        Column('advisories', 'int32', 'Advisories of this cycle: rows of `advisories`.'),
        *_taken(EgoState, OF_EGO),
    )),
    Table('tracks', 'an object in a cycle, predicted to its instant', (
        *_MOMENT,
        Column('name', 'string', 'Id of the object as advisories give it.'),
        *_taken(Tracks, _OF_TRACK),
    )),
    Table('advisories', 'an advisory in a cycle', (
        *_MOMENT,
        Column('advisory_id', 'int64', 'Number of the situation; key of `outcomes`.'),
        Column('scenario', CATEGORY, 'The scenario of the application.'),
        *_taken(Advisory, OF_ADVISORY),
    )),
    Table('signals', 'a phase of an intersection in a cycle', (
        *_MOMENT,
        *_taken(Signals, _OF_SIGNAL),
    )),
    Table('outcomes', 'an advisory from its first to its last cycle, and what came of it', (
        Column('advisory_id', 'int64', 'Number of the situation; key of `advisories`.'),
        Column('scenario', CATEGORY, 'The scenario of the application.'),
        Column('application', CATEGORY, 'The application that spoke at the highest level.'),
        Column('level', CATEGORY, 'Highest level reached.'),
        Column('subject', 'string', 'Id of the first subject, null where there is none.'),
        Column('begin_stamp', 'int64', '[ns since the Unix epoch] first cycle.'),
        Column('begin', 'float64', '[s] the same since the first message of the bag.'),
        Column('end', 'float64', '[s] last cycle, likewise.'),
        Column('cycles', 'int32', 'Cycles in which it was in force.'),
        Column('time_to_conflict', 'float64', '[s] stated at the begin.'),
        Column('required_deceleration', 'float64', '[m/s2] stated at the begin.'),
        Column('observed', 'float64', '[s] how long ego and subject were seen after the begin, '
               'at most 5.'),
        Column('closest_distance', 'float64', '[m] least distance of the footprints as both '
               'drove within that time, 0: contact.'),
        Column('closest_time', 'float64', '[s] after the begin when it was reached.'),
        Column('unbraked_distance', 'float64', '[m] the same had the ego gone on at constant '
               'velocity.'),
        Column('verdict', CATEGORY, '`hit` where that would have been 0.5 m or less, else '
               '`false`, or `undecided` where the record ends before; null without a subject '
               'that is tracked.'),
        Column('ego_speed', 'float64', '[m/s] at the begin.'),
        Column('ego_speed_least', 'float64', '[m/s] within 5 s after it.'),
        Column('ego_braking', 'float64', '[m/s2] greatest deceleration of the ego in that time, '
               '0: none.'),
        Column('ego_braking_time', 'float64', '[s] after the begin when the ego first braked by '
               'more than 1 m/s2, null: never.'),
        Column('subject_speed', 'float64', '[m/s] at the begin.'),
        Column('subject_braking', 'float64', '[m/s2] greatest deceleration of the subject in '
               'that time, 0: none.'),
    )),
)
"""Every table of an export."""

def names(values: Any) -> dict[int, str]:
    """Return the names of an enumeration by number."""
    return {int(value): str(value.name) for value in values}

