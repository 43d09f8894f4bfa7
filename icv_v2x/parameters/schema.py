# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One schema for parameters: a dataclass field is name, default, unit, range and description."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, get_origin, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Value = bool | int | float | str | tuple[str, ...]
Group = TypeVar('Group')

_KEY = 'icv_v2x'


class ParameterError(ValueError):
    """A parameter that cannot be used; the message names it, its value and what would be right."""


@dataclass(frozen=True)
class Specification:
    """What is known of one parameter.

    Attributes:
        name: Dotted name, as in a parameter file.
        type: bool, int, float, str, or tuple for a list of texts.
        default: Value without a parameter file, None where one must be given.
        unit: SI unit or '' for none.
        minimum: Smallest value allowed, None for no bound.
        maximum: Largest value allowed, None for no bound.
        choices: The values allowed, empty for any.
        description: One sentence.
        source: Where the default comes from, '' for a decision of this project.
        changeable: Whether a running node accepts a new value.
    """

    name: str
    type: type
    default: Value | None
    unit: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    description: str
    source: str
    changeable: bool

    def range_text(self) -> str:
        """Return the allowed values as a person reads them."""
        if self.choices:
            return 'one of ' + ', '.join(repr(c) for c in self.choices)
        if self.type is bool:
            return 'true or false'
        unit = f' {self.unit}' if self.unit else ''
        if self.minimum is not None and self.maximum is not None:
            return f'{self.minimum:g} to {self.maximum:g}{unit}'
        if self.minimum is not None:
            return f'at least {self.minimum:g}{unit}'
        if self.maximum is not None:
            return f'at most {self.maximum:g}{unit}'
        return {
            int: 'a whole number', float: 'a number', str: 'a text', tuple: 'a list of texts',
        }[self.type] + unit

    def check(self, value: object) -> Value:
        """Return the value in the parameter's type.

        Args:
            value: What a parameter file or a user gives.

        Returns:
            The value; a whole number is taken where a float is wanted, and a choice in whatever
            case.

        Raises:
            ParameterError: Wrong type, not finite, out of range or not among the choices.
        """
        wrong = ParameterError(
            f'parameter {self.name} = {value!r} is not allowed; it takes {self.range_text()}'
        )
        if self.type is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.type is tuple and isinstance(value, (list, tuple)):
            value = tuple(value)
            if not all(isinstance(text, str) and text for text in value):
                raise wrong
        if self.choices and isinstance(value, str):
            value = value.lower()
        if not isinstance(value, self.type) or (self.type is int and isinstance(value, bool)):
            raise wrong
        if isinstance(value, float) and not math.isfinite(value):
            raise wrong
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                raise wrong
            if self.maximum is not None and value > self.maximum:
                raise wrong
        if self.choices and value not in self.choices:
            raise wrong
        assert isinstance(value, (bool, int, float, str, tuple))
        return value


def parameter(
    default: Value | None,
    description: str,
    *,
    unit: str = '',
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    source: str = '',
    changeable: bool = True,
) -> Any:
    """Declare one parameter as a dataclass field.

    Args:
        default: Its value without a parameter file; None where one must be given.
        description: One sentence, as a user reads it.
        unit: SI unit.
        minimum: Smallest value allowed.
        maximum: Largest value allowed.
        choices: The values allowed, for texts.
        source: Standard, paper or measurement that the default comes from.
        changeable: Whether a running node accepts a new value.

    Returns:
        A dataclass field.
    """
    metadata = {
        'unit': unit, 'minimum': minimum, 'maximum': maximum, 'choices': choices,
        'description': description, 'source': source, 'changeable': changeable,
    }
    if default is None:
        return dataclasses.field(metadata={_KEY: metadata}, kw_only=True)
    return dataclasses.field(default=default, metadata={_KEY: metadata}, kw_only=True)


def specifications(group: type, prefix: str = '') -> Iterator[Specification]:
    """Yield every parameter of a group and of the groups within it, as declared."""
    hints = _hints(group)
    for field in dataclasses.fields(group):
        name = f'{prefix}{field.name}'
        if _KEY in field.metadata:
            default = None if field.default is dataclasses.MISSING else field.default
            kind = get_origin(hints[field.name]) or hints[field.name]
            yield Specification(
                name=name, type=kind, default=default, **field.metadata[_KEY]
            )
        else:
            yield from specifications(hints[field.name], name + '.')


@functools.cache
def _hints(group: type) -> dict[str, Any]:
    """Return the types of the fields of a group; to find them takes long."""
    return get_type_hints(group)


def flatten(values: Mapping[str, Any], prefix: str = '') -> dict[str, Any]:
    """Return nested mappings as one with dotted names."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f'{prefix}{key}.'))
        else:
            flat[f'{prefix}{key}'] = value
    return flat


def build(group: type[Group], values: Mapping[str, Any]) -> Group:
    """Return a group filled from dotted names, checked.

    Args:
        group: Frozen dataclass whose fields are parameters or further groups.
        values: Dotted name to value; missing names take their defaults.

    Returns:
        The group.

    Raises:
        ParameterError: An unknown name, a value not allowed, or a required one missing.
    """
    known = {s.name: s for s in specifications(group)}
    for name in values:
        if name not in known:
            raise unknown(name, values[name], known)
    checked = {name: known[name].check(value) for name, value in values.items()}
    for name, specification in known.items():
        if specification.default is None and name not in checked:
            raise ParameterError(
                f'parameter {name} is not set; it has no default and takes '
                f'{specification.range_text()}: {specification.description}'
            )
    return _fill(group, checked, '')


def unknown(name: str, value: object, known: Iterable[str]) -> ParameterError:
    """Return the error for a name that is no parameter, with the nearest that is."""
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f'; did you mean {near[0]}?' if near else ''
    return ParameterError(f'unknown parameter {name} = {value!r}{hint}')


def _fill(group: type[Group], checked: Mapping[str, Value], prefix: str) -> Group:
    hints = _hints(group)  # type: ignore[arg-type]
    arguments: dict[str, Any] = {}
    for field in dataclasses.fields(group):  # type: ignore[arg-type]
        name = f'{prefix}{field.name}'
        if _KEY not in field.metadata:
            arguments[field.name] = _fill(hints[field.name], checked, name + '.')
        elif name in checked:
            arguments[field.name] = checked[name]
    return group(**arguments)


def in_order(group: str, values: object, *names: str) -> None:
    """Raise unless parameters of a group do not decrease in the order of their names.

    Args:
        group: Dotted name of the group.
        values: The group.
        *names: Of its parameters, the smallest first.

    Raises:
        ParameterError: One is greater than the next.
    """
    for lower, upper in itertools.pairwise(names):
        if getattr(values, lower) > getattr(values, upper):
            raise ParameterError(
                f'parameter {group}.{lower} is {getattr(values, lower):g}, expected at most '
                f'{group}.{upper}, which is {getattr(values, upper):g}')
