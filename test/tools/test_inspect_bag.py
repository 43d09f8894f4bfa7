# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`inspect` counts what a bag holds and names what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from strategies.frames import known_frames

from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange.bag_writer import BagWriter
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.message_set import BsmContent, encode_bsm
from icv_v2x.tools.bag_contents import BagContents
from icv_v2x.tools.cli import main
from icv_v2x.tools.contents_text import lines

START = 1_700_000_040 * 10**9  # a full minute


def frame(octets: bytes, at: float) -> Frame:
    time = START + round(at * 1e9)
    return Frame(**{**dict.fromkeys(Frame._fields, 0), 'octets': octets,
                    'reception_time': time, 'generation_time': time})


def vehicle(identifier: int, at: float, age: float = 0.05) -> Frame:
    return frame(encode_bsm(BsmContent(
        temporary_id=identifier, second=(at - age) % 60.0, latitude=31.0, longitude=121.0,
        speed=10.0)), at)


def collected(*batches: FrameBatch) -> BagContents:
    contents = BagContents()
    for batch in batches:
        contents.add(batch)
    contents.finish()
    return contents


def test_types_senders_rates_and_gaps() -> None:
    frames = [vehicle(7, 0.1 * step) for step in range(100) if not 40 <= step < 60]
    frames += [vehicle(8, 0.5 * step) for step in range(10)]
    contents = collected(batch_of(frames, START))
    tally = contents.types['BasicSafetyMessage']
    assert (contents.frames, tally.frames, sorted(tally.senders)) == (
        90, 90, [f'{7:016X}', f'{8:016X}'])
    assert tally.senders[f'{8:016X}'].rate() == pytest.approx(2.0)
    assert tally.senders[f'{7:016X}'].largest_gap == pytest.approx(2.1)


def test_ages_wrap_with_the_minute() -> None:
    contents = collected(batch_of([vehicle(7, at, 0.2) for at in (0.0, 59.9, 60.1)], START))
    ages = contents.types['BasicSafetyMessage'].ages
    assert ages.quantile(0.0) == pytest.approx(0.2, abs=0.002)
    assert ages.quantile(1.0) == pytest.approx(0.2, abs=0.002)


def test_batches_of_one_frame_give_the_same_figures() -> None:
    frames = [vehicle(step % 5, 0.02 * step) for step in range(50)]
    whole = collected(batch_of(frames, START))
    single = collected(*(batch_of([one], START) for one in frames))
    assert whole.types['BasicSafetyMessage'].senders == single.types['BasicSafetyMessage'].senders
    assert whole.unavailable == single.unavailable


def test_every_message_type_and_every_fault_is_counted() -> None:
    octets = [bytes.fromhex(known['uper_hex']) for known in known_frames()]
    frames = [frame(one, 0.1) for one in [*octets, octets[0][:-1], b'\xff' * 9]]
    contents = collected(batch_of(frames, START))
    assert len(contents.types) == 14
    told = sum(tally.frames for tally in contents.types.values())
    assert told == len(octets)
    assert contents.frames == told + sum(contents.rejected.values())
    assert set(contents.examples) == set(contents.rejected)


def test_unavailable_fields_are_counted() -> None:
    contents = collected(batch_of([vehicle(1, 0.0), vehicle(2, 0.0)], START))
    assert contents.unavailable['heading'] == 2
    assert 'speed' not in contents.unavailable


def test_foreign_standard_is_a_fault() -> None:
    contents = collected(replace(batch_of([vehicle(1, 0.0)], START), standard=2))
    assert contents.rejected == {'unsupported_standard_or_encoding': 1}


def test_senders_without_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('icv_v2x.tools.bag_contents._MOST_SENDERS', 3)
    contents = collected(batch_of([vehicle(number, 0.0) for number in range(10)], START))
    assert len(contents.types['BasicSafetyMessage'].senders) == 3
    assert contents.senders_not_told_apart == 7


def test_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with BagWriter(tmp_path / 'bag') as writer:
        for step in range(20):
            batch = batch_of([vehicle(255, 0.1 * step), frame(b'\x50\x00', 0.1 * step)], START)
            writer.write(START + step * 10**8, batch)
    assert main(['inspect', str(tmp_path / 'bag')]) == 0
    out = capsys.readouterr().out
    assert '40 radio frames in 20 batches' in out
    assert '00000000000000FF' in out
    assert 'unknown_message' in out
    assert 'heading' in out


def test_what_is_no_bag_is_said_in_one_line(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['inspect', str(tmp_path / 'none')]) == 2
    assert capsys.readouterr().err.count('\n') == 1


def test_empty_recording_gives_an_empty_table() -> None:
    contents = collected()
    assert (contents.frames, contents.types) == (0, {})
    assert len(list(lines(contents, senders=5))) == 2  # an empty line and the head of the table
