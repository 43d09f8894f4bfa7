# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`inspect` on a topic tells what comes, ends in order, and says what it lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from test_inspect_bag import START, vehicle

from icv_v2x.inputs import BatchError
from icv_v2x.interchange.broadcast import batch_of
from icv_v2x.tools.cli import main

LISTENER = 'icv_v2x.nodes.frame_listener'


def hearing(monkeypatch: pytest.MonkeyPatch, *items: Any) -> None:
    """Lets the items come on the topic; the last one may be an exception to raise."""
    def listen(topic: str, duration: float) -> Iterator[Any]:
        for item in items:
            if isinstance(item, BaseException) and not isinstance(item, BatchError):
                raise item
            yield item

    monkeypatch.setitem(sys.modules, LISTENER, SimpleNamespace(listen=listen))


def test_what_came_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    frames = [vehicle(7, 0.1 * step) for step in range(30)]
    hearing(monkeypatch, None, batch_of(frames, START), None, BatchError('odd', 4))
    assert main(['inspect', '--topic', '/obu/rx', '--duration', '3']) == 0
    said = capsys.readouterr().out
    assert '34 radio frames in 1 batches' in said
    assert 'BasicSafetyMessage' in said
    assert f'{7:016X}' in said
    assert 'inconsistent_batch' in said


def test_interruption_ends_with_the_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    hearing(monkeypatch, batch_of([vehicle(7, 0.0)], START), KeyboardInterrupt())
    assert main(['inspect', '--topic', '/obu/rx']) == 0
    assert 'BasicSafetyMessage' in capsys.readouterr().out


def test_silence_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    hearing(monkeypatch, None)
    assert main(['inspect', '--topic', '/obu/rx', '--duration', '1']) == 0
    assert '0 radio frames' in capsys.readouterr().out


@pytest.mark.parametrize(('words', 'text'), [
    ([], 'give a bag or --topic'),
    (['bag', '--topic', '/obu/rx'], 'give a bag or --topic'),
    (['--topic', '/obu/rx', '--duration', '0'], '--duration 0 is not possible'),
    (['--topic', '/obu/rx', '--duration', 'nan'], '--duration nan is not possible'),
])
def test_wrong_use_is_named(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(['inspect', *words]) == 2
    assert text in capsys.readouterr().err


def test_lack_of_ros_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, LISTENER, None)
    assert main(['inspect', '--topic', '/obu/rx']) == 2
    said = capsys.readouterr().err
    assert 'needs rclpy' in said
    assert len(said.splitlines()) == 1


def test_impossible_topic_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    hearing(monkeypatch, ValueError('no spaces, please'))
    assert main(['inspect', '--topic', '/o bu']) == 2
    assert '--topic /o bu: no spaces, please' in capsys.readouterr().err
