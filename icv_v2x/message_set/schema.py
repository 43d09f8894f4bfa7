# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The type tree of the message set, read from the ASN.1 files of this package."""

from __future__ import annotations

from ast import literal_eval
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module, resources
from pathlib import Path
from typing import Any, Union

ROOT_TYPE = 'MessageFrame'
OPEN_TYPE = 'MessageFrameExt'
MESSAGE_TYPES: dict[int, str] = {
    0: 'TestMsg',
    10: 'RTCMcorrections',
    11: 'RoadsideCoordination',
    12: 'SensorSharingMsg',
    13: 'VehIntentionAndRequest',
    14: 'PAMData',
    15: 'PersonalSafetyMessage',
    16: 'CLPMM',
    17: 'VehiclePaymentMessage',
}
"""Type behind each messageId of MessageFrameExt (T/CSAE 157-2020)."""

_STORED = 'parsed.txt'


@dataclass(frozen=True)
class BooleanType:
    """BOOLEAN."""


@dataclass(frozen=True)
class IntegerType:
    """INTEGER with both bounds.

    Attributes:
        name: Type name, empty where the type is written at its use.
        minimum: Lowest root value.
        maximum: Highest root value.
        extensible: Whether values outside the root may come.
    """

    name: str
    minimum: int
    maximum: int
    extensible: bool


@dataclass(frozen=True)
class EnumeratedType:
    """ENUMERATED; UPER sends the index into `names`, which ascends by number.

    Attributes:
        name: Type name.
        names: Root value names, ascending by number.
        numbers: The numbers that stand behind them.
        extensible: Whether values outside the root may come.
    """

    name: str
    names: tuple[str, ...]
    numbers: tuple[int, ...]
    extensible: bool


@dataclass(frozen=True)
class BitStringType:
    """BIT STRING of one size.

    Attributes:
        name: Type name.
        size: Bits.
        extensible: Whether other sizes may come.
        bits: Names of the bits by position, empty where a position has none.
    """

    name: str
    size: int
    extensible: bool
    bits: tuple[str, ...]


@dataclass(frozen=True)
class OctetStringType:
    """OCTET STRING.

    Attributes:
        minimum: Fewest octets.
        maximum: Most octets.
        extensible: Whether other sizes may come.
    """

    minimum: int
    maximum: int
    extensible: bool


@dataclass(frozen=True)
class TextType:
    """IA5String.

    Attributes:
        minimum: Fewest characters.
        maximum: Most characters.
    """

    minimum: int
    maximum: int


@dataclass(frozen=True)
class SequenceOfType:
    """SEQUENCE OF.

    Attributes:
        element: Type of the elements.
        minimum: Fewest elements.
        maximum: Most elements, None where the type sets no bound.
    """

    element: AnyType
    minimum: int
    maximum: int | None


@dataclass(frozen=True)
class Member:
    """A field of a SEQUENCE or an alternative of a CHOICE.

    Attributes:
        name: Name as the standard spells it.
        type: Its type.
        optional: Whether it may be missing.
    """

    name: str
    type: AnyType
    optional: bool


@dataclass(frozen=True)
class SequenceType:
    """SEQUENCE.

    Attributes:
        name: Type name.
        members: Root fields in order.
        additions: Extension additions in order.
        extensible: Whether there is an extension marker.
    """

    name: str
    members: tuple[Member, ...]
    additions: tuple[Member, ...]
    extensible: bool


@dataclass(frozen=True)
class ChoiceType:
    """CHOICE.

    Attributes:
        name: Type name, empty where the type is written at its use.
        members: Root alternatives in order.
        additions: Extension additions in order.
        extensible: Whether there is an extension marker.
    """

    name: str
    members: tuple[Member, ...]
    additions: tuple[Member, ...]
    extensible: bool


@dataclass(frozen=True)
class OpenMessageType:
    """The open type of MessageFrameExt: one of the phase 2 messages, selected by its id."""


AnyType = Union[  # noqa: UP007 - forward references above need the runtime name
    BooleanType,
    IntegerType,
    EnumeratedType,
    BitStringType,
    OctetStringType,
    TextType,
    SequenceOfType,
    SequenceType,
    ChoiceType,
    OpenMessageType,
]


def _bounds(descriptor: dict[str, Any], key: str) -> tuple[int, int | None, bool]:
    constraint = descriptor.get(key)
    if not constraint:
        return 0, None, False
    extensible = None in constraint
    first = constraint[0]
    low, high = first if isinstance(first, tuple) else (first, first)
    return low, high, extensible


class _Reader:
    """Turns the parser's dictionaries, unchanged, into the type tree, each named type once."""

    def __init__(self, modules: dict[str, Any]) -> None:
        self.found = {
            name: descriptor
            for module in modules.values()
            for name, descriptor in module['types'].items()
        }
        self.made: dict[str, AnyType] = {}

    def named(self, name: str) -> AnyType:
        if name not in self.made:
            self.made[name] = self.build(self.found[name], name)
        return self.made[name]

    def build(self, descriptor: dict[str, Any], name: str = '') -> AnyType:
        kind = descriptor['type']
        if kind in self.found and kind != name:
            return self.named(kind)
        if kind in ('SEQUENCE', 'CHOICE'):
            return self.constructed(descriptor, name)
        if kind == 'SEQUENCE OF':
            low, high, _ = _bounds(descriptor, 'size')
            return SequenceOfType(self.build(descriptor['element']), low, high)
        if kind == 'ENUMERATED':
            root = [value for value in descriptor['values'] if value is not None]
            root.sort(key=lambda value: int(value[1]))
            return EnumeratedType(
                name,
                tuple(value[0] for value in root),
                tuple(int(value[1]) for value in root),
                None in descriptor['values'],
            )
        return self.primitive(kind, descriptor, name)

    def constructed(self, descriptor: dict[str, Any], name: str) -> AnyType:
        roots: list[Member] = []
        additions: list[Member] = []
        target = roots
        for row in descriptor['members']:
            if row is None:
                target = additions
                continue
            if row['type'].endswith('.&Type'):
                made: AnyType = OpenMessageType()
            elif row['type'].endswith('.&id'):
                made = self.named('ExtMsgID')
            else:
                made = self.build(row)
            target.append(Member(row['name'], made, bool(row.get('optional'))))
        shape = SequenceType if descriptor['type'] == 'SEQUENCE' else ChoiceType
        return shape(name, tuple(roots), tuple(additions), None in descriptor['members'])

    @staticmethod
    def primitive(kind: str, descriptor: dict[str, Any], name: str) -> AnyType:
        if kind == 'BOOLEAN':
            return BooleanType()
        if kind == 'INTEGER':
            low, high, extensible = _bounds(descriptor, 'restricted-to')
            return IntegerType(name, low, low if high is None else high, extensible)
        low, high, extensible = _bounds(descriptor, 'size')
        high = low if high is None else high
        if kind == 'OCTET STRING':
            return OctetStringType(low, high, extensible)
        if kind == 'IA5String':
            return TextType(low, high)
        if kind == 'BIT STRING':
            names = [''] * high
            for bit, position in descriptor.get('named-bits', []):
                names[int(position)] = bit
            return BitStringType(name, high, extensible, tuple(names))
        raise TypeError(f'ASN.1 type {kind} of {name!r} is not used by the message set')


@lru_cache(maxsize=1)
def parsed_modules() -> dict[str, Any]:
    """Give the ASN.1 files of the package as parsed.

    Returns:
        The parser's dictionary by module name. It is shared: copy before changing it.
    """
    text = _text()
    return _stored(text) or _parsed(text)


def store() -> None:
    """Write what the parser makes of the ASN.1 files beside them, after a change of these.

    Parsing takes half a second, which every process of the package would pay at its start; where
    what is stored is of other files, they are parsed.
    """
    text = _text()
    lines = [f'{name!r}: {module!r},' for name, module in _parsed(text).items()]
    (Path(__file__).parent / 'asn1' / _STORED).write_text(
        '\n'.join((_digest(text), '{', *lines, '}', '')), encoding='utf-8')


def library() -> Any:
    """Return asn1tools, which takes longer to import than this package and no decoding needs."""
    return import_module('asn1tools')


def _text() -> str:
    """Return the ASN.1 files as one text, by name."""
    files = sorted(
        (entry for entry in (resources.files(__package__) / 'asn1').iterdir()
         if entry.name.endswith('.asn')),
        key=lambda entry: entry.name,
    )
    return '\n'.join(entry.read_text(encoding='utf-8') for entry in files)


def _parsed(text: str) -> dict[str, Any]:
    modules: dict[str, Any] = library().parse_string(text)
    return modules


def _stored(text: str) -> dict[str, Any] | None:
    """Return what is stored of these very ASN.1 texts, None where it is of others or absent."""
    file = resources.files(__package__) / 'asn1' / _STORED
    if not file.is_file():
        return None
    digest, _, modules = file.read_text(encoding='utf-8').partition('\n')
    if digest != _digest(text):
        return None
    found: dict[str, Any] = literal_eval(modules)
    return found


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def types() -> dict[str, AnyType]:
    """Give every named type of the message set.

    Returns:
        The type tree by type name.
    """
    reader = _Reader(parsed_modules())
    return {name: reader.named(name) for name in sorted(reader.found)}
