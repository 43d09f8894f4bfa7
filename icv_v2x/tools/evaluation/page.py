# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page of an evaluation: what all bags came to, and each bag in a line."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Level
from icv_v2x.tools.evaluation.bag import DONE
from icv_v2x.tools.evaluation.tables import totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from icv_v2x.tools.evaluation.tables import Result, Totals

_STYLE = """\
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child, td.text { text-align: left; overflow-wrap: anywhere; }
tr.wrong td { background: #d5580030; }
.lead { font-size: 1.2rem; }
"""
_FIGURES = (
    ('cycle_median', 'a cycle, median'), ('cycle_p99', 'a cycle, 99th percentile'),
    ('cycle_greatest', 'a cycle, greatest'), ('decoding_p99', 'decoding, 99th percentile'),
    ('ego_age', 'age of the own pose, median'), ('ego_age_greatest', 'the same, greatest'),
    ('track_age', 'age of objects, median'),
)


def page(results: Sequence[Result], package: str, setting: str) -> str:
    """Return the page as text.

    Args:
        results: Of all bags.
        package: Version of the package.
        setting: The parameters that held, in words.
    """
    total = totals(results)
    wrong = [result for result in results if result['status'] != DONE]
    return ''.join((
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "style-src 'unsafe-inline'\">"
        f'<title>Evaluation of {len(results)} bags</title><style>{_STYLE}</style></head><body>',
        f'<h1>Evaluation of {len(results)} bags</h1>',
        f'<p class="lead">{_text(_headline(total, len(results), len(wrong)))}</p>',
        f'<p>icv_v2x {_text(package)}, {_text(setting)}.</p>',
        _wrong(wrong),
        '<h2>Advisories</h2>', _advisories(total),
        '<h2>Durations and ages</h2>', _durations(total),
        '<h2>Inputs</h2>', _inputs(total),
        '<h2>Bags</h2>', _bags(results),
        '</body></html>\n',
    ))


def _headline(total: Totals, bags: int, wrong: int) -> str:
    sentence = (
        f'{bags - wrong} of {bags} bags, {total.hours:.2f} h: '
        f'{total.warnings} situations at WARNING or above')
    if total.hours:
        sentence += f', {total.warnings / total.hours:.1f} an hour'
    judged = total.verdicts
    if judged:
        sentence += (
            f'; of the warnings that can be judged {judged["hit"]} hit, {judged["false"]} false, '
            f'{judged["undecided"]} undecided')
    return sentence + '.'


def _wrong(results: Sequence[Result]) -> str:
    if not results:
        return ''
    rows = ''.join(
        f'<li><b>{_text(result["bag"])}</b> ({_text(result["status"])}): '
        f'{_text(result["error"])}</li>' for result in results)
    return f'<h2>Without a result</h2><ul>{rows}</ul>'


def _advisories(total: Totals) -> str:
    rows = []
    for (application, level), (cycles, situations) in sorted(
        total.advisories.items(), key=lambda item: (item[0][0], -Level[item[0][1]]),
    ):
        rows.append((
            f'{application} {level}', str(situations),
            f'{situations / total.hours:.2f}' if total.hours else '',
            f'{100.0 * cycles / total.cycles:.2f} %' if total.cycles else ''))
    return _table(('application and level', 'situations', 'an hour', 'in force'), rows)


def _durations(total: Totals) -> str:
    rows = [
        (words, f'{1e3 * spread.median:.2f}', f'{1e3 * spread.greatest:.2f}')
        for name, words in _FIGURES if (spread := total.spreads.get(name)) is not None]
    return _table(('', 'median of the bags [ms]', 'greatest of the bags [ms]'), rows)


def _inputs(total: Totals) -> str:
    rows = [('frames received', str(total.received)), ('frames accepted', str(total.accepted))]
    rows += [
        (f'{kind} not used: {reason}', str(count))
        for (kind, reason), count in sorted(total.inputs.items())]
    rows += [
        (f'cycles in mode {mode}', f'{count} ({100.0 * count / total.cycles:.1f} %)')
        for mode, count in sorted(total.modes.items())]
    return _table(('', 'number'), rows)


def _bags(results: Sequence[Result]) -> str:
    head = (
        'bag', 'duration [s]', 'frames', 'accepted', 'objects', 'warnings', 'false',
        'cycle p99 [ms]', 'notes')
    lines = '<tr>' + ''.join(f'<th>{_text(name)}</th>' for name in head) + '</tr>'
    for result in results:
        wrong = '' if result['status'] == DONE else ' class="wrong"'
        *cells, notes = _bag(result)
        lines += (
            f'<tr{wrong}>{"".join(f"<td>{_text(cell)}</td>" for cell in cells)}'
            f'<td class="text">{_text(notes)}</td></tr>')
    return f'<div class="wide"><table>{lines}</table></div>'


def _bag(result: Result) -> tuple[str, ...]:
    if result['status'] != DONE:
        return (result['bag'], *[''] * 7, f'{result["status"]}: {result["error"]}')
    p99 = result['cycle_p99']
    return (
        result['bag'], f'{result["duration"]:.1f}', str(result['received']),
        str(result['accepted']), str(result['tracks_most']), str(result['warnings']),
        str(result['verdicts'].get('false', 0)), '' if p99 is None else f'{1e3 * p99:.2f}',
        '; '.join(result.get('notes', ())))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = '<tr>' + ''.join(f'<th>{_text(name)}</th>' for name in head) + '</tr>'
    for row in rows:
        lines += f'<tr>{"".join(f"<td>{_text(cell)}</td>" for cell in row)}</tr>'
    return f'<div class="wide"><table>{lines}</table></div>'


def _text(value: Any) -> str:
    # Names of files may hold octets that are no text.
    return html.escape(str(value).encode('utf-8', 'replace').decode('utf-8'))
