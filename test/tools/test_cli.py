# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the command line: statuses, single lines for what is wrong, no traceback ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from icv_v2x.tools import cli


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Returns status, stdout and stderr of a command."""
    try:
        status = cli.main([str(word) for word in words])
    except SystemExit as end:
        status = int(end.code or 0)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize('words', [
    [], ['fly'], ['replay'], ['replay', '--speed', '3', 'x'], ['import', 'dolphin', 'a', 'b'],
])
def test_wrong_use_gives_status_2_and_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str],
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, '')
    assert len(err.splitlines()) == 1
    assert err.startswith('icv-v2x')


@pytest.mark.parametrize('command', sorted(cli.COMMANDS))
def test_every_command_explains_itself(
    capsys: pytest.CaptureFixture[str], command: str,
) -> None:
    status, out, _ = run(capsys, command, '--help')
    assert status == 0
    assert f'icv-v2x {command}' in out


@pytest.mark.parametrize('words', [
    ['replay', '{tmp}/none'],
    ['replay', '{tmp}'],
    ['replay', '{tmp}/text.mcap'],
    ['report', '{tmp}/none', '--html', '{tmp}/out.html'],
    ['import', 'csv', '{tmp}/none.csv', '{tmp}/bag'],
    ['import', 'csv', '{tmp}', '{tmp}/bag'],
    ['import', 'csv', '{tmp}/text.mcap', '{tmp}/bag'],
    ['import', 'commonroad', '{tmp}/text.mcap', '{tmp}/bag'],
    ['import', 'sumo-fcd', '{tmp}/text.mcap', '{tmp}/bag'],
])
def test_unreadable_input_gives_status_2_and_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str],
) -> None:
    (tmp_path / 'text.mcap').write_text('this is no bag, no table and no XML')
    status, out, err = run(capsys, *(word.format(tmp=tmp_path) for word in words))
    assert (status, out) == (2, '')
    assert len(err.splitlines()) == 1, err
    assert str(tmp_path) in err


def test_a_bad_frame_gives_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, 'decode', 'FF')
    assert status == 1
    assert 'error' in json.loads(out)


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, '-m', 'icv_v2x.tools.cli', 'decode', *(['FF'] * 20_000)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b''
        assert process.wait(60) == 0
