# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x decode`: hex frames to JSON objects, one a line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from icv_v2x.message_set import MessageError, RejectReason, decode


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'frames', metavar='HEX', nargs='*',
        help='UPER frames as hex digits; without any, one frame a line is read from stdin')


def run(arguments: Namespace) -> int:
    """Decode frames to stdout.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status: 0, or 1 where a frame failed.
    """
    failed = False
    for line, good in decoded_lines(arguments.frames or _lines_of_input()):
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
