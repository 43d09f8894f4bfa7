# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Which Python class stands for which type of the message set."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, IntFlag
from typing import TypeVar

_Record = TypeVar('_Record')
_Enumeration = TypeVar('_Enumeration', bound=IntEnum)
_Flags = TypeVar('_Flags', bound=IntFlag)

RECORDS: dict[str, type] = {}
"""Record class by SEQUENCE type."""
ENUMERATIONS: dict[str, type[IntEnum]] = {}
"""Class by ENUMERATED type; the values are the numbers of the standard."""
FLAGS: dict[str, type[IntFlag]] = {}
"""Class by BIT STRING type; the bit at position p has the value 2**p."""


def record(name: str) -> Callable[[type[_Record]], type[_Record]]:
    """Register a dataclass.

    Args:
        name: SEQUENCE type that it stands for.

    Returns:
        The class decorator.
    """

    def register(made: type[_Record]) -> type[_Record]:
        RECORDS[name] = made
        return made

    return register


def enumeration(*names: str) -> Callable[[type[_Enumeration]], type[_Enumeration]]:
    """Register an enumeration.

    Args:
        names: ENUMERATED types that it stands for.

    Returns:
        The class decorator.
    """

    def register(made: type[_Enumeration]) -> type[_Enumeration]:
        ENUMERATIONS.update(dict.fromkeys(names, made))
        return made

    return register


def flags(name: str) -> Callable[[type[_Flags]], type[_Flags]]:
    """Register a set of named bits.

    Args:
        name: BIT STRING type that it stands for.

    Returns:
        The class decorator.
    """

    def register(made: type[_Flags]) -> type[_Flags]:
        FLAGS[name] = made
        return made

    return register


def sent_as(name: str) -> dict[str, str]:
    """Give the metadata of a record's field.

    Args:
        name: The field as the standard spells it.

    Returns:
        For `dataclasses.field`.
    """
    return {'sent_as': name}
