# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The present as a picture on a terminal of any width, with and without colours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.report.live_view import Health

if TYPE_CHECKING:
    from rich.console import RenderableType

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.report.live_view import InputLine, LiveView, TrackLine

# Below this a terminal is narrow: one column less for each table [characters].
_NARROW, _WIDE = 72, 110
# Lines of the terminal that advisories and inputs get at most.
_ADVISORIES, _INPUTS = 8, 8
# Titles, heads of tables and lines between, and the sentence below narrow tables.
_HEADS, _SENTENCE = 12, 3
# Objects that are shown at least, however low the terminal.
_LEAST = 3

_STYLES = {
    Level.NONE: '', Level.INFO: 'cyan', Level.CAUTION: 'yellow', Level.WARNING: 'bold bright_red',
    Level.IMMINENT: 'bold white on magenta',
}
# As many marks as the level is high: told apart without colours.
_MARKS = {
    Level.NONE: '    ', Level.INFO: '!   ', Level.CAUTION: '!!  ', Level.WARNING: '!!! ',
    Level.IMMINENT: '!!!!',
}
_MODES = {
    Mode.ACTIVE: 'bold green', Mode.DEGRADED: 'bold yellow', Mode.INHIBITED: 'bold bright_red',
    Mode.FAULT: 'bold bright_red',
}
_HEALTH = {
    Health.GOOD: ('ok  ', 'green'), Health.WARN: ('WARN', 'bold yellow'),
    Health.BAD: ('BAD ', 'bold bright_red'),
}


def picture(view: LiveView, width: int, height: int) -> RenderableType:
    """Return the present, fitted to a terminal.

    Args:
        view: The present.
        width: Of the terminal in characters.
        height: Of the terminal in lines.
    """
    said = view.advisories[:_ADVISORIES]
    room = height - _HEADS - len(said) - (0 if width >= _WIDE else _SENTENCE)
    inputs = view.inputs[:max(0, min(_INPUTS, room - _LEAST))]
    room = max(_LEAST, room - len(inputs))
    parts: list[RenderableType] = [_head(view, width), Text()]
    parts.append(_advisories(said, len(view.advisories), width))
    parts += [Text(), _tracks(view.tracks[:room], view.count, width)]
    if inputs:
        parts += [Text(), _inputs(inputs)]
    return Group(*parts)


def line_of(time: str, advisory: Advisory) -> str:
    """Return an advisory as one line, for output that is no terminal."""
    subject = advisory.subject_ids[0] if advisory.subject_ids else '-'
    return (
        f'{time} {advisory.application.name} {advisory.level.name} {advisory.action.name} '
        f'{subject} {advisory.reason}')


def _head(view: LiveView, width: int) -> Text:
    name = 'not heard' if view.mode is None else view.mode.name
    style = 'bold' if view.mode is None else _MODES.get(view.mode, 'bold')
    text = Text.assemble((name, style), no_wrap=True, overflow='ellipsis')
    if view.reason:
        text.append(f' {view.reason}')
    text.append(f'  ego {view.ego}', 'dim' if width < _NARROW else '')
    text.append(f'  {view.time}', 'dim')
    return text


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(
        box=None, pad_edge=False, padding=(0, 1, 0, 0), expand=True, show_edge=False,
        header_style='bold')
    for name, side in columns:
        grows = name in ('why', 'object', 'state')
        table.add_column(
            name, justify='right' if side == 'right' else 'left', no_wrap=name != 'why',
            ratio=1 if grows else None, overflow='ellipsis', min_width=None if name else 4)
    return table


def _advisories(said: tuple[Advisory, ...], count: int, width: int) -> RenderableType:
    title = f'Said ({count})' if count else 'Said: nothing'
    if not said:
        return Text(title, 'bold')
    wide, narrow = width >= _WIDE, width < _NARROW
    table = _table(
        ('', 'left'), ('said', 'left'), *(() if narrow else (('action', 'left'),)),
        ('subject', 'left'), ('in', 'right'), *((('why', 'left'),) if wide else ()))
    for advisory in said:
        style = _STYLES[advisory.level]
        time = advisory.time_to_conflict
        cells = [
            Text(_MARKS[advisory.level], style),
            Text(f'{advisory.application.name} {advisory.level.name}', style),
            *(() if narrow else (Text(advisory.action.name.lower().replace('_', ' ')),)),
            Text(_short(advisory.subject_ids[0], narrow) if advisory.subject_ids else '-'),
            Text(f'{time:.1f} s' if math.isfinite(time) else '-'),
        ]
        if wide:
            cells.append(Text(advisory.reason))
        table.add_row(*cells)
    parts: list[RenderableType] = [Text(title, 'bold'), table]
    if not wide:
        parts.append(Text(
            f'{said[0].application.name}: {said[0].reason}', no_wrap=False))
    return Group(*parts)


def _tracks(lines: tuple[TrackLine, ...], count: int, width: int) -> RenderableType:
    title = Text(f'Objects ({count})' if count else 'Objects: none', 'bold')
    if not lines:
        return title
    roomy = width >= _NARROW
    columns = [('', 'left'), ('object', 'left'), ('ahead', 'right'), ('left', 'right'),
               ('km/h', 'right')]
    columns += [('age', 'right'), ('doubt', 'left')] if roomy else []
    table = _table(*columns)
    for line in lines:
        cells = [
            Text(_MARKS[line.level], _STYLES[line.level]),
            Text(f'{_short(line.name, not roomy)} {line.kind}'),
            Text(f'{line.ahead:.0f} m'), Text(f'{line.left:.1f} m'),
            Text(f'{3.6 * line.speed:.0f}'),
        ]
        if roomy:
            cells += [
                Text(f'{line.age:.2f} s', 'yellow' if line.age > 0.5 else ''),
                Text(line.doubt, 'yellow')]
        table.add_row(*cells)
    if count > len(lines):
        return Group(title, table, Text(f'and {count - len(lines)} more', 'dim'))
    return Group(title, table)


def _inputs(lines: tuple[InputLine, ...]) -> RenderableType:
    table = _table(('', 'left'), ('input', 'left'), ('state', 'left'))
    for line in lines:
        word, style = _HEALTH[line.health]
        table.add_row(Text(word, style), Text(line.name), Text(line.text))
    return Group(Text('Inputs', 'bold'), table)


def _short(name: str, narrow: bool) -> str:
    """Return the end of an id, which tells vehicles apart."""
    sender, _, number = name.partition(':')
    return sender[-4 if narrow else -6:] + (f':{number}' if number else '')
