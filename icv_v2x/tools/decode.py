# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x decode`: hex frames, or the frames of a bag, to JSON objects, one a line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path

from icv_v2x.message_set import Encoding, MessageError, RejectReason, decode, decode_json
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.terminal import say


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'frames', metavar='HEX', nargs='*',
        help='UPER frames as hex digits; without any, one frame a line is read from stdin')
    parser.add_argument(
        '--bag', metavar='BAG', type=Path,
        help='decode the radio frames of a bag (rosbag2 directory or .mcap file) instead')


def run(arguments: Namespace) -> int:
    """Decode frames to stdout.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status: 0, or 1 where a frame failed.

    Raises:
        BagError: The bag cannot be read.
        SourceError: Both frames and a bag are given.
    """
    if arguments.bag is not None and arguments.frames:
        raise SourceError('give frames or --bag, not both')
    lines = decoded_lines(arguments.frames or _lines_of_input()) if arguments.bag is None \
        else bag_lines(arguments.bag)
    failed = False
    for line, good in lines:
        failed |= not good
        sys.stdout.write(line + '\n')
    sys.stdout.flush()
    return 1 if failed else 0


def decoded_lines(frames: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Decode hex frames one by one.

    Args:
        frames: Hex digits; white space within and a leading 0x are allowed.

    Yields:
        The JSON line of a frame, and whether it decoded.
    """
    for text in frames:
        try:
            value = decode(_octets(text))
        except MessageError as error:
            yield json.dumps({'error': str(error)}), False
        else:
            yield json.dumps(value), True


def bag_lines(path: Path) -> Iterator[tuple[str, bool]]:
    """Decode the radio frames of a bag one by one.

    Args:
        path: The bag.

    Yields:
        The JSON line of a frame, and whether it decoded.

    Raises:
        BagError: The bag cannot be read.
    """
    # hex from the command line needs neither bags nor their libraries
    from icv_v2x.inputs import FrameBatch, Standard  # noqa: PLC0415
    from icv_v2x.interchange import BagReader, Unreadable  # noqa: PLC0415
    from icv_v2x.interchange.topics import OBU_FRAMES  # noqa: PLC0415

    with BagReader(path, warn=say) as bag:
        for _, topic, record in bag:
            if topic != OBU_FRAMES:
                continue
            if isinstance(record, Unreadable):
                yield json.dumps({'error': f'{record.reason}: {record.detail}'}), False
            if not isinstance(record, FrameBatch):
                continue
            if record.standard != Standard.CSAE:
                yield json.dumps({'error': f'standard {record.standard} is not T/CSAE'}), False
                continue
            read = decode_json if record.encoding == Encoding.JER else decode
            content, end = record.payload.tobytes(), 0
            for length in record.length.tolist():
                end += length
                try:
                    yield json.dumps(read(content[end - length:end])), True
                except MessageError as error:
                    yield json.dumps({'error': str(error)}), False


def _octets(text: str) -> bytes:
    digits = ''.join(text.split()).removeprefix('0x').removeprefix('0X')
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise MessageError(
            RejectReason.MALFORMED,
            f'{text.strip()[:40]!r} is not a frame: hex digits in pairs are expected') from error


def _lines_of_input() -> Iterator[str]:
    # octets that are no text end in an error line of their own instead of a traceback
    for line in sys.stdin.buffer:
        text = line.decode('utf-8', 'replace').strip()
        if text:
            yield text
