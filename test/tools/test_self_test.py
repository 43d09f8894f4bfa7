# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The self-test passes on a sound installation, and finds what is wrong with a broken one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from icv_v2x.message_set import codec
from icv_v2x.pipeline import Perception
from icv_v2x.tools import self_test
from icv_v2x.tools.cli import main


def test_a_sound_installation_passes_and_its_parameters_are_named_by_their_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    parameters = tmp_path / 'vehicle.yaml'
    parameters.write_text(
        '/**:\n  ros__parameters:\n    map_origin: {latitude: 39.8, longitude: 116.5}\n'
        '    vehicle: {length: 4.6, width: 1.8, base_link_to_center: 1.4}\n')
    assert main(['selftest', '--json', '--params', str(parameters)]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(said) == 7
    assert all(check['passed'] for check in said)
    assert '14 messages' in said[1]['text']
    assert 'IMMINENT' in said[2]['text']


def test_wrong_parameters_end_it_with_their_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    parameters = tmp_path / 'vehicle.yaml'
    parameters.write_text('/**:\n  ros__parameters:\n    map_orign: {latitude: 39.8}\n')
    assert main(['selftest', '--params', str(parameters)]) == 2
    assert 'map_orign' in capsys.readouterr().err


def test_a_codec_that_reads_another_speed_and_a_pipe_that_loses_frames_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound_decode, sound_receive = codec.decode, Perception.receive

    def decode(octets: bytes) -> Any:
        value = sound_decode(octets)
        if 'bsmFrame' in value:
            value['bsmFrame']['speed'] += 1
        return value

    monkeypatch.setattr(codec, 'decode', decode)
    monkeypatch.setattr(
        Perception, 'receive', lambda self, item: (
            None if type(item).__name__ == 'FrameBatch' else sound_receive(self, item)))
    passed = {check.name: check.passed for check in self_test.checks()}
    assert not passed['golden frames of all messages']
    assert not passed['golden drive']
