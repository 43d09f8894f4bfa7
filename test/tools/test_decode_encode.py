# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`decode` and `encode` turn lines into lines; a bad one costs only itself."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from strategies.frames import known_frames

from icv_v2x.interchange.bag_writer import BagWriter
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.tools.cli import main

KNOWN = known_frames()
HEX = [frame['uper_hex'] for frame in KNOWN]
VALUES = [frame['value'] for frame in KNOWN]


def printed(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def given(monkeypatch: pytest.MonkeyPatch, octets: bytes) -> None:
    monkeypatch.setattr(sys, 'stdin', SimpleNamespace(buffer=io.BytesIO(octets)))


def test_arguments_decode(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['decode', *HEX]) == 0
    assert printed(capsys) == VALUES


def test_lines_decode(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, '\n'.join([f'0x{HEX[0].lower()}', '', *HEX[1:]]).encode())
    assert main(['decode']) == 0
    assert printed(capsys) == VALUES


def test_bad_lines_cost_only_themselves(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, b'\n'.join([HEX[0].encode(), b'nonsense', b'\xff\xfe', b'00',
                                   HEX[1].encode()]))
    assert main(['decode']) == 1
    lines = printed(capsys)
    assert [set(line) == {'error'} for line in lines] == [False, True, True, True, False]


def test_values_encode(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, '\n'.join(json.dumps(value) for value in VALUES).encode())
    assert main(['encode']) == 0
    assert capsys.readouterr().out.split() == HEX


def test_bad_value_costs_only_itself(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given(monkeypatch, f'{{"bsmFrame": 1}}\n{json.dumps(VALUES[0])}\n{{\n'.encode())
    assert main(['encode']) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith('{"error"') for line in lines] == [True, False, True]
    assert lines[1] == HEX[0]


def test_frames_of_a_bag_decode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = dict.fromkeys(Frame._fields, 0)
    frames = [Frame(**{**empty, 'octets': bytes.fromhex(text)}) for text in HEX]
    with BagWriter(tmp_path / 'bag') as writer:
        writer.write(0, batch_of(frames, 0))
        writer.write(1, batch_of([Frame(**{**empty, 'octets': b'\0'})], 1))
    assert main(['decode', '--bag', str(tmp_path / 'bag')]) == 1
    *values, error = printed(capsys)
    assert values == VALUES
    assert set(error) == {'error'}


def test_frames_and_a_bag_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['decode', '--bag', 'x', HEX[0]]) == 2
    assert 'not both' in capsys.readouterr().err
