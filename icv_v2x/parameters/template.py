# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter file that comes with the package, written from the schema."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

from icv_v2x.parameters.groups import Parameters
from icv_v2x.parameters.node_groups import NodeParameters
from icv_v2x.parameters.schema import specifications

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from icv_v2x.parameters.schema import Specification, Value

EXAMPLES: dict[str, Value] = {
    'map_origin.latitude': 39.7950,
    'map_origin.longitude': 116.5060,
    'vehicle.length': 4.8,
    'vehicle.width': 1.9,
    'vehicle.base_link_to_center': 1.4,
}
"""Values for what has no default, so that the file can be started with; never read by the code."""

_HEADING = """\
# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
# Every parameter of icv_v2x with its default. Copy the file, set what is marked SET THIS, and keep
# what differs from the default. One file serves all nodes, the launch files and `icv-v2x replay
# --params`; a section named after a node goes before /**. Written from the schema, with
# `python3 -m icv_v2x.parameters.template`.
/**:
  ros__parameters:
"""
_WIDTH = 99


def parameter_file_text() -> str:
    """Return `config/icv_v2x.yaml`: every parameter, its default, unit, range and meaning."""
    known = [*specifications(Parameters), *specifications(NodeParameters)]
    return _HEADING + '\n'.join(_lines(known)) + '\n'


def _lines(known: Iterable[Specification]) -> Iterator[str]:
    open_groups: list[str] = []
    for specification in known:
        *groups, leaf = specification.name.split('.')
        if groups != open_groups:
            yield ''
            yield from (f'{_indent(depth)}{group}:' for depth, group in enumerate(groups))
            open_groups = groups
        indent = _indent(len(groups))
        comment = f'{indent}# '
        yield from textwrap.wrap(
            _explanation(specification), _WIDTH, initial_indent=comment,
            subsequent_indent=comment, break_long_words=False, break_on_hyphens=False)
        value = specification.default
        if value is None:
            value = EXAMPLES[specification.name]
        yield from textwrap.wrap(
            f'{leaf}: {_scalar(value)}', _WIDTH, initial_indent=indent,
            subsequent_indent=indent + '  ', break_long_words=False,
            break_on_hyphens=False) if isinstance(value, tuple) else [
                f'{indent}{leaf}: {_scalar(value)}']


def _indent(depth: int) -> str:
    return ' ' * (4 + 2 * depth)


def _explanation(specification: Specification) -> str:
    parts = [specification.description]
    if specification.type is not bool:
        parts.append(f'({specification.range_text()})')
    if not specification.changeable:
        parts.append('Read at start only.')
    if specification.default is None:
        parts.append('SET THIS: it has no default, the value here is an example.')
    return ' '.join(parts)


def _scalar(value: Value) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, tuple):
        return '[' + ', '.join(_scalar(text) for text in value) + ']'
    return repr(value)


if __name__ == '__main__':
    sys.stdout.write(parameter_file_text())
