# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The command `icv-v2x`: one word for every tool, exit status 0, or 2 with one line on stderr."""

from __future__ import annotations

import importlib
import os
import sys
from argparse import ArgumentParser
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    'decode': ('icv_v2x.tools.decode', 'radio frames (hex) to JSON'),
    'encode': ('icv_v2x.tools.encode', 'JSON to radio frames (hex)'),
    'inspect': ('icv_v2x.tools.inspect_bag', 'tell what a bag holds, and what is wrong with it'),
    'import': ('icv_v2x.tools.import_source', 'make a bag from a trajectory set or a road map'),
    'replay': ('icv_v2x.tools.replay', 'run the pipeline over a bag'),
    'degrade': ('icv_v2x.tools.degrade', 'lose, delay or disturb the inputs in a bag'),
    'faults': ('icv_v2x.tools.faults', 'run the fault matrix and print what it measures'),
    'selftest': (
        'icv_v2x.tools.self_test', 'golden messages through the whole pipe: does it all work?'),
    'sumo': ('icv_v2x.tools.sumo', "run the pipeline in SUMO's traffic (extra: sumo)"),
    'report': ('icv_v2x.tools.report', 'make a page from a bag or a replay'),
    'watch': ('icv_v2x.tools.watch', 'show what is seen and said in the terminal'),
    'shadow': (
        'icv_v2x.tools.shadow', 'tell what would have been said, and what the driver then did'),
    'why': ('icv_v2x.tools.why', 'tell every comparison behind what was said of an object'),
    'export': (
        'icv_v2x.tools.export', 'replay a bag into tables for analysis (extra: data)'),
    'evaluate': (
        'icv_v2x.tools.evaluate', 'replay many bags and sum them up (extra: data)'),
    'events': ('icv_v2x.tools.events', 'list, check or export what the event recorder kept'),
    'demo': ('icv_v2x.tools.demo', 'simulate a minute of traffic, replay it and report'),
}
"""Command to the module that declares its arguments and runs it, and one line of help."""

WRONG_USE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Words after the program's name, None: those of the process.

    Returns:
        Exit status: 0 on success, 1 where `decode` met a bad frame, 2 on wrong use or
        unreadable input.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has had enough; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except KeyboardInterrupt:
        status = _INTERRUPTED
    return status


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f'{self.prog}: {message}; see {self.prog} --help\n')


def _run(words: list[str]) -> int:
    parser = _Parser(
        prog='icv-v2x', description='C-V2X radio for automated vehicles: tools without ROS 2.')
    commands = parser.add_subparsers(metavar='COMMAND', required=True, dest='command')
    wanted = next((word for word in words if not word.startswith('-')), None)
    for name, (module, text) in COMMANDS.items():
        command = commands.add_parser(
            name, help=text, description=f'{text[0].upper()}{text[1:]}.')
        # Only the command in use is imported, so that each starts quickly.
        if name == wanted:
            tool = importlib.import_module(module)
            tool.add_arguments(command)
            command.set_defaults(run=tool.run)
    arguments = parser.parse_args(words)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        raise
    except _errors() as error:
        print(f'icv-v2x {arguments.command}: {_one_line(error)}', file=sys.stderr)
        return WRONG_USE


def _errors() -> tuple[type[Exception], ...]:
    from icv_v2x.interchange.errors import BagError  # noqa: PLC0415 - only needed after an error
    from icv_v2x.parameters import ParameterError  # noqa: PLC0415
    from icv_v2x.tools.errors import SourceError  # noqa: PLC0415

    return BagError, ParameterError, SourceError, OSError


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f': {error.filename}' if error.filename else ''
        return f'{error.strerror}{where}'
    return ' '.join(str(error).split())


if __name__ == '__main__':
    sys.exit(main())
