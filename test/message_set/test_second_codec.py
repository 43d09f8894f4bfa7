# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Random valid values of every message agree, bit for bit, with two independent codecs."""

from __future__ import annotations

import random
from copy import deepcopy
from importlib import resources
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import asn1tools
import pytest
from strategies.messages import random_value

from icv_v2x.message_set import MESSAGE_NAMES, decode, encode, frame_of, normalise
from icv_v2x.message_set import schema as s
from icv_v2x.message_set.values import to_plain

asnproc = pytest.importorskip('pycrate_asn1c.asnproc', reason='the second codec is not installed')

VALUES = 200


@pytest.fixture(scope='module')
def second_codec(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = resources.files('icv_v2x.message_set') / 'asn1'
    asnproc.compile_text([
        entry.read_text() for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)])
    made = tmp_path_factory.mktemp('second_codec') / 'second_codec.py'
    asnproc.generate_modules(asnproc.PycrateGenerator, str(made))
    specification = spec_from_file_location('second_codec', made)
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.MsgFrame.MessageFrame


def foreign(kind: s.AnyType, value: Any) -> Any:  # noqa: PLR0911 - one return by kind
    """Turn a plain value into what the second codec takes."""
    if isinstance(kind, s.SequenceType):
        return {member.name: foreign(member.type, value[member.name])
                for member in kind.members + kind.additions if member.name in value}
    if isinstance(kind, s.ChoiceType):
        (name, content), = value.items()
        inner = next(m.type for m in kind.members + kind.additions if m.name == name)
        return name, foreign(inner, content)
    if isinstance(kind, s.SequenceOfType):
        return [foreign(kind.element, entry) for entry in value]
    if isinstance(kind, s.BitStringType):
        return int(value['value'], 16) >> (-kind.size % 8), kind.size
    if isinstance(kind, s.OctetStringType):
        return bytes.fromhex(value)
    if isinstance(kind, s.OpenMessageType):
        (name, content), = value.items()
        return name, foreign(s.types()[name], content)
    return value


@pytest.mark.parametrize('name', MESSAGE_NAMES)
def test_second_codec_writes_and_reads_the_same(name: str, second_codec: Any) -> None:
    source = random.Random(name)
    root = s.types()[s.ROOT_TYPE]
    for _ in range(VALUES):
        frame = frame_of(name, random_value(s.types()[name], source, longest=2))
        octets = encode(frame)
        second_codec.set_val(foreign(root, frame))
        assert second_codec.to_uper() == octets
        second_codec.from_uper(octets)
        assert second_codec.get_val() == foreign(root, frame)
        assert decode(octets) == frame == normalise(frame)


@pytest.fixture(scope='module')
def library() -> Any:
    return asn1tools.compile_dict(deepcopy(s.parsed_modules()), 'uper')


@pytest.mark.parametrize('name', MESSAGE_NAMES)
def test_library_reads_the_same(name: str, library: Any) -> None:
    source = random.Random(name + ' read')
    for _ in range(VALUES):
        frame = frame_of(name, random_value(s.types()[name], source, longest=4))
        octets = encode(frame)
        alternative, content = library.decode(s.ROOT_TYPE, octets)
        if alternative == 'msgFrameExt':
            content = library.decode(name, content['value'])
            mine = decode(octets)['msgFrameExt']['value'][name]
        else:
            mine = decode(octets)[alternative]
        assert to_plain(s.types()[name], content, name) == mine
