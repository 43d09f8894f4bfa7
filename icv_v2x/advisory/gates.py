# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The comparisons that decide, which tell whoever listens what they compared.

A rule is written with the functions of this module in place of `>=` and `<=`. They compare, and
nothing more, while nobody listens. Within `listening` they also hand the numbers over, so that an
explanation is told by the very code that decides.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, overload

import numpy as np

from icv_v2x.advisory.types import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import ArrayLike, NDArray

    Flags = NDArray[np.bool_]

SELECTED = Level.NONE
"""In place of a level: of a gate that decides whether an application looks at an object at all."""


class Named(Protocol):
    """Rows of objects with names, such as tracks."""

    @property
    def sender_id(self) -> NDArray[np.uint64]:
        """Sender of each row, (n,)."""

    @property
    def object_id(self) -> NDArray[np.int32]:
        """Number of each row with its sender, (n,)."""


class Listener(Protocol):
    """What hears the comparisons."""

    def scope(
        self, application: str, objects: Named | list[str], rows: NDArray[np.intp] | None,
    ) -> None:
        """Learn of whom and by which application the following comparisons are made."""

    def compare(
        self, level: Level, what: str, value: Any, sense: str, limit: Any, holds: Any,
    ) -> None:
        """Take a comparison; every argument but the texts is one for all rows or one a row."""

    def tell(self, what: str, value: Any) -> None:
        """Take a number that explains, or what makes it of a row."""

    def remark(self, application: str, subjects: tuple[str, ...], text: str) -> None:
        """Take a sentence on the candidate of an application."""


_listener: ContextVar[Listener | None] = ContextVar('gates', default=None)


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let somebody hear what is compared within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def heard() -> bool:
    """Whether anybody listens."""
    return _listener.get() is not None


def about(
    application: str, objects: Named | list[str], rows: NDArray[np.intp] | None = None,
) -> None:
    """Say whose rows the following comparisons are made for, and by which application.

    Args:
        application: Its name, or that of what several have in common.
        objects: The objects, or their names.
        rows: Which of them, None: all.
    """
    listener = _listener.get()
    if listener is not None:
        listener.scope(application, objects, rows)


def about_one(application: str, name: Callable[[int], str], row: int) -> None:
    """Say that the following comparisons are made for one row alone.

    Args:
        application: Name of the application that makes them.
        name: Makes the name of a row; called only where somebody listens.
        row: The row.
    """
    listener = _listener.get()
    if listener is not None:
        listener.scope(application, [name(row)], None)


@overload
def at_least(level: Level, what: str, value: float, limit: float) -> bool: ...


@overload
def at_least(level: Level, what: str, value: NDArray[Any], limit: ArrayLike) -> Flags: ...


def at_least(level: Level, what: str, value: Any, limit: Any) -> Any:
    """Return whether values reach a limit.

    Args:
        level: The level that takes it.
        what: Names the value, with its unit.
        value: One, or one a row.
        limit: Likewise.
    """
    holds = value >= limit
    listener = _listener.get()
    if listener is not None:
        listener.compare(level, what, value, '>=', limit, holds)
    return holds


@overload
def at_most(level: Level, what: str, value: float, limit: float) -> bool: ...


@overload
def at_most(level: Level, what: str, value: NDArray[Any], limit: ArrayLike) -> Flags: ...


def at_most(level: Level, what: str, value: Any, limit: Any) -> Any:
    """Return whether values stay within a limit; arguments as those of `at_least`."""
    holds = value <= limit
    listener = _listener.get()
    if listener is not None:
        listener.compare(level, what, value, '<=', limit, holds)
    return holds


@overload
def above(level: Level, what: str, value: float, limit: float) -> bool: ...


@overload
def above(level: Level, what: str, value: NDArray[Any], limit: ArrayLike) -> Flags: ...


def above(level: Level, what: str, value: Any, limit: Any) -> Any:
    """Return whether values exceed a limit; arguments as those of `at_least`."""
    holds = value > limit
    listener = _listener.get()
    if listener is not None:
        listener.compare(level, what, value, '>', limit, holds)
    return holds


@overload
def below(level: Level, what: str, value: float, limit: float) -> bool: ...


@overload
def below(level: Level, what: str, value: NDArray[Any], limit: ArrayLike) -> Flags: ...


def below(level: Level, what: str, value: Any, limit: Any) -> Any:
    """Return whether values stay below a limit; arguments as those of `at_least`."""
    holds = value < limit
    listener = _listener.get()
    if listener is not None:
        listener.compare(level, what, value, '<', limit, holds)
    return holds


@overload
def holds(level: Level, what: str, condition: bool) -> bool: ...


@overload
def holds(level: Level, what: str, condition: Flags) -> Flags: ...


def holds(level: Level, what: str, condition: Any) -> Any:
    """Return a condition as it is.

    Args:
        level: The level that takes it.
        what: Says when it holds.
        condition: One, or one a row.
    """
    listener = _listener.get()
    if listener is not None:
        listener.compare(level, what, None, '', None, condition)
    return condition


def told(what: str, value: ArrayLike | Callable[[int], float]) -> None:
    """Tell a number that no rule compares.

    Args:
        what: Names it, with its unit.
        value: One, one a row, or what makes it of the number of a row where that takes work.
    """
    listener = _listener.get()
    if listener is not None:
        listener.tell(what, value)


def remark(application: str, subjects: tuple[str, ...], text: str, *figures: object) -> None:
    """Tell a sentence on the candidate of an application.

    Args:
        application: Its name.
        subjects: Subjects of the candidate.
        text: With a place in braces for every figure.
        figures: What goes there.
    """
    listener = _listener.get()
    if listener is not None:
        listener.remark(application, subjects, text.format(*figures))
