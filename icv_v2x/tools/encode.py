# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x encode`: JSON objects, one a line, to hex frames."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from icv_v2x.message_set import MessageError, decode_json, encode


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command: it has none, it reads stdin.

    Args:
        parser: The command's own parser.
    """
    parser.epilog = 'Reads one JSON object a line from stdin, as `icv-v2x decode` writes them.'


def run(arguments: Namespace) -> int:
    """Encode frames to stdout.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status: 0, or 1 where an object failed.
    """
    del arguments
    failed = False
    for line, good in encoded_lines(line for line in sys.stdin.buffer if line.strip()):
        failed |= not good
        sys.stdout.write(line + '\n')
    sys.stdout.flush()
    return 1 if failed else 0


def encoded_lines(objects: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """Encode JSON frames one by one.

    Args:
        objects: JSON texts in the value convention of `message_set.codec`.

    Yields:
        The hex line of a frame, or a JSON object with the error, and whether it encoded.
    """
    for text in objects:
        try:
            octets = encode(decode_json(text))
        except MessageError as error:
            yield json.dumps({'error': str(error)}), False
        else:
            yield octets.hex().upper(), True
