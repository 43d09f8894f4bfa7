# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A short name for a set of parameters, equal exactly where every one of them is."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def digest(*groups: Any) -> str:
    """Return sixteen hex digits over names and values of all parameters.

    Args:
        groups: Groups of parameters, None for one that is not complete.
    """
    lines = sorted(f'{name}={value!r}' for group in groups for name, value in _values(group, ''))
    return hashlib.sha256('\n'.join(lines).encode()).hexdigest()[:16]


def limits_hash(hash_of_parameters: str) -> int:
    """Return the number that advisories carry, of what `digest` gave: its first eight digits."""
    return int(hash_of_parameters[:8], 16)


def _values(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if group is None:
        return
    for field in dataclasses.fields(group):
        value = getattr(group, field.name)
        if dataclasses.is_dataclass(value):
            yield from _values(value, f'{prefix}{field.name}.')
        else:
            yield f'{prefix}{field.name}', value
