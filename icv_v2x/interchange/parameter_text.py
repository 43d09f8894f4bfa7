# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 parameter files as text, beside the bags that this package writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def parameter_path(bag: Path) -> Path:
    """Return where the parameter file of a bag lies: `BAG.params.yaml`."""
    return bag.with_name(bag.name + '.params.yaml')


def parameter_text(values: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return a parameter file that holds for every node.

    Args:
        values: Dotted name to value: bool, int, float or text.
        comments: Lines to begin with.

    Returns:
        The text; texts are quoted, as one of digits would else be read as a number.
    """
    lines = [*(f'# {comment}' for comment in comments), '/**:', '  ros__parameters:']
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *groups, leaf = name.split('.')
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[leaf] = value
    lines.extend(_lines(tree, '    '))
    return '\n'.join(lines) + '\n'


def _lines(tree: Mapping[str, Any], indent: str) -> Iterable[str]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield f'{indent}{name}:'
            yield from _lines(value, indent + '  ')
        else:
            yield f'{indent}{name}: {_scalar(value)}'


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
