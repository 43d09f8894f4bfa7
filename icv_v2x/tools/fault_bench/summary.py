# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The whole matrix as one table that a person reads: a line a row, figures nearest to limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

Entry = dict[str, Any]
"""One level of one row as `icv-v2x faults --json` writes it."""

BALANCE, FALSE_BRAKE = 'L', 'FA'
_EVERYWHERE = (BALANCE, FALSE_BRAKE)
_SHOWN = 4


def table(entries: Sequence[Entry]) -> Table:
    """Return one line for each row of the matrix.

    Args:
        entries: What the levels measured, in the order of the rows.

    Returns:
        Row, fault, levels passed, false brake-level advisories, whether nothing was lost, and of
        each figure with a limit the one nearest to it.
    """
    # Not worth its time where nothing is printed.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = Table(title='Fault matrix', show_lines=True, expand=True)
    for name, style in (
        ('row', {'justify': 'right'}), ('fault', {'ratio': 2}), ('passed', {'justify': 'right'}),
        ('FA', {'justify': 'right'}), ('L', {}), ('nearest to the limit', {'ratio': 4}),
    ):
        made.add_column(name, **style)
    groups: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry['row'], entry['fault']), []).append(entry)
    for (number, fault), levels in sorted(groups.items()):
        passed = sum(level['passed'] for level in levels)
        cells = (
            str(number), fault, f'{passed}/{len(levels)}',
            _total(levels, FALSE_BRAKE), _all(levels, BALANCE), '\n'.join(nearest(levels)))
        # Units stand in brackets, which are no markup.
        made.add_row(
            *map(Text, cells), style=None if passed == len(levels) else 'bold red')
    return made


def nearest(levels: Iterable[Entry]) -> list[str]:
    """Return of each figure with a limit the value that is nearest to it, in words.

    Figures that stay at nothing where nothing is allowed are told of together.

    Args:
        levels: Those of one row.
    """
    worst: dict[str, tuple[float, str]] = {}
    held: list[str] = []
    for level in levels:
        for name, (kind, limit) in level['limits'].items():
            if name in _EVERYWHERE:
                continue
            value = level['figures'][name]
            if kind == 'holds':
                if name not in held:
                    held.append(name)
                continue
            margin = _margin(value, kind, limit)
            if name not in worst or margin < worst[name][0]:
                worst[name] = margin, _words(name, value, kind, limit, level['level'])
    figures = [text for _, text in sorted(worst.values())]
    lines = figures[:_SHOWN]
    if len(figures) > _SHOWN:
        lines.append(f'and {len(figures) - _SHOWN} more, further from theirs')
    if held:
        lines.append(', '.join(held))
    return lines


def _margin(value: float | None, kind: str, limit: float) -> float:
    """Return how far a figure is from its limit, as a share of it; negative: beyond."""
    if value is None:
        return float('-inf')
    room = limit - value if kind == 'most' else value - limit
    return room / max(abs(limit), abs(value), 1e-9)


def _words(name: str, value: float | None, kind: str, limit: float, level: str) -> str:
    told = 'never' if value is None else f'{value:.3g}'
    return f'{name} {told} ({"<=" if kind == "most" else ">="} {limit:g}; {level})'


def _total(levels: Sequence[Entry], name: str) -> str:
    values = [level['figures'][name] for level in levels if name in level['figures']]
    return str(round(sum(values))) if values else '-'


def _all(levels: Sequence[Entry], name: str) -> str:
    values = [level['figures'][name] for level in levels if name in level['figures']]
    return ('yes' if all(values) else 'NO') if values else '-'
