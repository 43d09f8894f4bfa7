# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for valid values of every message, grown from the type tree."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from hypothesis import strategies as st

from icv_v2x.message_set import MESSAGE_NAMES, frame_of
from icv_v2x.message_set import schema as s

LONGEST_LIST = 4
"""Lists above their lowest count rarely teach more than a few elements do."""
LONGEST_TEXT = 12


def frames(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Frame values of the given messages, of all fourteen where none is given."""
    return st.one_of(*(
        messages(name).map(lambda message, name=name: frame_of(name, message))
        for name in names or MESSAGE_NAMES))


def messages(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values of one message."""
    return values(s.types()[name])


@cache
def values(kind: s.AnyType) -> st.SearchStrategy[Any]:
    """Valid values of a type; bounds are as likely as all the rest."""
    if isinstance(kind, s.SequenceType):
        members = kind.members + kind.additions
        return st.fixed_dictionaries(
            {m.name: values(m.type) for m in members if not m.optional},
            optional={m.name: values(m.type) for m in members if m.optional},
        ).map(lambda made: {m.name: made[m.name] for m in members if m.name in made})
    if isinstance(kind, s.ChoiceType):
        return st.one_of(*(
            values(m.type).map(lambda made, name=m.name: {name: made})
            for m in kind.members + kind.additions))
    if isinstance(kind, s.SequenceOfType):
        most = max(kind.minimum, LONGEST_LIST)
        return st.lists(values(kind.element), min_size=kind.minimum,
                        max_size=most if kind.maximum is None else min(most, kind.maximum))
    return _leaf(kind)


def _leaf(kind: s.AnyType) -> st.SearchStrategy[Any]:
    if isinstance(kind, s.BooleanType):
        return st.booleans()
    if isinstance(kind, s.IntegerType):
        return st.one_of(st.sampled_from((kind.minimum, kind.maximum)),
                         st.integers(kind.minimum, kind.maximum))
    if isinstance(kind, s.EnumeratedType):
        return st.sampled_from(kind.names)
    if isinstance(kind, s.BitStringType):
        pad, octets = -kind.size % 8, (kind.size + 7) // 8
        return st.integers(0, (1 << kind.size) - 1).map(
            lambda bits: {'value': f'{bits << pad:0{2 * octets}X}', 'length': kind.size})
    if isinstance(kind, s.OctetStringType):
        most = min(kind.maximum, max(kind.minimum, LONGEST_TEXT))
        return st.binary(min_size=kind.minimum, max_size=most).map(lambda made: made.hex().upper())
    assert isinstance(kind, s.TextType)
    return st.text(st.characters(max_codepoint=127), min_size=kind.minimum, max_size=LONGEST_TEXT)


def random_value(kind: s.AnyType, source: random.Random, *, longest: int = LONGEST_LIST) -> Any:
    """A valid value without hypothesis, for long runs where its bookkeeping would dominate."""
    if isinstance(kind, s.SequenceType):
        return {
            m.name: random_value(m.type, source, longest=longest)
            for m in kind.members + kind.additions
            if not m.optional or source.random() < 0.5
        }
    if isinstance(kind, s.ChoiceType):
        member = source.choice(kind.members + kind.additions)
        return {member.name: random_value(member.type, source, longest=longest)}
    if isinstance(kind, s.SequenceOfType):
        most = max(kind.minimum, longest)
        count = source.randint(
            kind.minimum, most if kind.maximum is None else min(most, kind.maximum))
        return [random_value(kind.element, source, longest=longest) for _ in range(count)]
    return _random_leaf(kind, source)


def _random_leaf(  # noqa: PLR0911 - one return by kind of type
    kind: s.AnyType, source: random.Random,
) -> Any:
    if isinstance(kind, s.BooleanType):
        return source.random() < 0.5
    if isinstance(kind, s.IntegerType):
        if source.random() < 0.2:
            return source.choice((kind.minimum, kind.maximum))
        return source.randint(kind.minimum, kind.maximum)
    if isinstance(kind, s.EnumeratedType):
        return source.choice(kind.names)
    if isinstance(kind, s.BitStringType):
        octets = (kind.size + 7) // 8
        bits = source.getrandbits(kind.size) << (-kind.size % 8)
        return {'value': f'{bits:0{2 * octets}X}', 'length': kind.size}
    if isinstance(kind, s.OctetStringType):
        most = min(kind.maximum, max(kind.minimum, LONGEST_TEXT))
        return source.randbytes(source.randint(kind.minimum, most)).hex().upper()
    assert isinstance(kind, s.TextType)
    count = source.randint(kind.minimum, min(kind.maximum, LONGEST_TEXT))
    return ''.join(chr(source.randrange(32, 127)) for _ in range(count))
