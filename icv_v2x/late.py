# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Names of a package that are imported at their first use, so that a process starts sooner."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def late_names(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package (PEP 562).

    Args:
        package: Full name of the package.
        homes: Module to the names that it gives; within the package from there on, else in full.

    Returns:
        Gives a name's value and binds it in the package; AttributeError for other names.
    """
    where = {name: module for module, names in homes.items() for name in names}

    def value_of(name: str) -> Any:
        if name not in where:
            raise AttributeError(f'module {package!r} has no attribute {name!r}')
        module = where[name]
        if not module.startswith(f'{package.partition(".")[0]}.'):
            module = f'{package}.{module}'
        value = getattr(import_module(module), name)
        setattr(sys.modules[package], name, value)
        return value

    return value_of
