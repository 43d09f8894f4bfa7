# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The terminal view fits any terminal, tells levels without colours, and ends in order."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.console import Console
from strategies.runs import START, make_advisory, make_ego, make_tracks

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.report.live_view import Health, InputLine, InputMeter, LiveView, track_lines
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools import cli
from icv_v2x.tools.watch_view import picture

SUBJECT = '4943560000000001'


def crowded() -> LiveView:
    """Return a view with more of everything than a small terminal has room for."""
    ego = make_ego(START, 0.0, 0.0, 0.0, 14.0)
    tracks = make_tracks(START, x=[20.0 + 5.0 * k for k in range(60)], speed=[10.0] * 60)
    said = tuple(
        make_advisory(level, subject_ids=(tracks.name(k),), time_to_conflict=2.0 + k,
                      reason='Vehicle 23 m ahead stands, closing at 13.9 m/s')
        for k, level in enumerate((Level.IMMINENT, Level.WARNING, Level.CAUTION, Level.INFO)))
    return LiveView(
        time='12.35 s', mode=Mode.DEGRADED, reason='ego pose is 0.31 s old', ego='50 km/h',
        advisories=said, tracks=track_lines(tracks, ego, said, 200), count=60,
        inputs=(InputLine('/obu/rx', Health.WARN, 'silent for 1.4 s'),
                InputLine('/localization/kinematic_state', Health.GOOD, '50 Hz')))


def drawn(view: LiveView, width: int, height: int, **how: object) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, **how)  # type: ignore[arg-type]
    console.print(picture(view, width, height))
    return out.getvalue().splitlines()


@pytest.mark.parametrize('width', [32, 48, 80, 120, 200])
@pytest.mark.parametrize('height', [20, 45])
def test_a_picture_fits_its_terminal(width: int, height: int) -> None:
    lines = drawn(crowded(), width, height)
    assert max(map(len, lines)) <= width
    assert len(lines) <= max(height, 24)


def test_levels_are_told_without_colours() -> None:
    text = '\n'.join(drawn(crowded(), 120, 45))
    assert '\x1b' not in text
    for mark, word in (('!!!!', 'IMMINENT'), ('!!! ', 'WARNING'), ('!!  ', 'CAUTION')):
        assert re.search(rf'{re.escape(mark)}\s*FCW {word}', text)
    assert 'DEGRADED ego pose is 0.31 s old' in text
    assert 'WARN /obu/rx' in text


def test_who_is_spoken_of_comes_first_then_the_nearest() -> None:
    ego = make_ego(START, 0.0, 0.0, 0.0, 14.0)
    tracks = make_tracks(START, x=[90.0, 10.0, 50.0], y=[0.0, 3.5, 0.0])
    said = (make_advisory(Level.CAUTION, subject_ids=(tracks.name(0),)),)
    lines = track_lines(tracks, ego, said, 2)
    assert [line.name for line in lines] == [tracks.name(0), tracks.name(1)]
    assert (lines[1].ahead, lines[1].left) == (10.0, 3.5)


def test_a_view_of_nothing_says_so() -> None:
    text = '\n'.join(drawn(LiveView('0 s', None, 'no advisories are heard', 'no pose'), 80, 24))
    for words in ('not heard', 'Said: nothing', 'Objects: none'):
        assert words in text


def test_a_silent_input_is_told_with_how_long() -> None:
    meter = InputMeter()
    for step in range(100):
        meter.count('/obu/rx', 0.1 * step)
    line, = meter.lines(9.9)
    assert (line.health, line.text) == (Health.GOOD, '10 Hz, 100 in all')
    line, = meter.lines(12.0)
    assert line.health == Health.WARN
    assert 'silent for 2.1 s' in line.text


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scene = Scene(duration=3.0)
    scene.ego(kmh(50))
    scene.car('leader', ahead=55.0, speed=0.0)
    path = tmp_path_factory.mktemp('watch') / 'drive'
    write(scene, path)
    return path


def test_without_a_terminal_what_is_new_is_a_line_each(
    bag: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(['watch', str(bag), '--speed', '4']) == 0
    lines = capsys.readouterr().out.splitlines()
    assert 'mode ACTIVE' in lines[0] or 'mode ACTIVE' in lines[1]
    levels = [line.split()[3] for line in lines if ' FCW ' in line]
    assert levels
    assert levels == list(dict.fromkeys(levels))


def test_on_a_terminal_it_shows_and_an_interrupt_leaves_it_as_it_was(bag: Path) -> None:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 60, 0, 0))
    process = subprocess.Popen(
        [sys.executable, '-m', 'icv_v2x.tools.cli', 'watch', str(bag), '--speed', '0.2'],
        stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, 'TERM': 'xterm-256color', 'NO_COLOR': '1'})
    os.close(follower)
    seen = b''

    def read_until(words: bytes) -> None:
        nonlocal seen
        end = time.monotonic() + 40.0
        while words not in seen and time.monotonic() < end:
            if select.select([leader], [], [], 0.2)[0]:
                try:
                    seen += os.read(leader, 65536)
                except OSError:
                    return

    try:
        read_until(b'Objects (1)')
        os.killpg(process.pid, signal.SIGINT)
        read_until(b'\x1b[?1049l')
        assert process.wait(timeout=20.0) == 0
    finally:
        if process.poll() is None:
            process.kill()
        os.close(leader)
    # The screen that was there is back, the cursor is shown, and nothing broke.
    assert b'\x1b[?1049h' in seen
    assert b'\x1b[?25h' in seen
    assert b'Traceback' not in seen
    assert not re.search(rb'\x1b\[[0-9;]*3[1-7]m', seen)


@pytest.mark.parametrize('speed', ['0', '-1', 'nan'])
def test_an_impossible_speed_is_refused(speed: str, bag: Path) -> None:
    assert cli.main(['watch', str(bag), '--speed', speed]) == 2
