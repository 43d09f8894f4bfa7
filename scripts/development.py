# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The commands of ./dev: set-up, demonstration, tests, checks, benchmarks, cleaning."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import preflight
from environment import Environment, SetupError

ROOT = Path(__file__).resolve().parent.parent

_DESCRIPTION = """\
commands:
  demo [ARGS]    the demonstration: a simulated drive, its advisories and a report page
  test [ARGS]    ruff, mypy and all tests; with arguments: pytest with these alone
  lint           ruff and mypy
  bench [ARGS]   the benchmarks and their table; --write renews that of README.md (further
                 arguments go to pytest)
  run COMMAND    any command inside the environment, for example: ./dev run v2x_stack
  setup          only the set-up that all of these begin with
  clean          removes what these commands made

The first run makes .venv with a ROS 2 of its own, which takes a few minutes and the network; later
runs renew only what changed. Nothing outside this folder is touched."""


def _call(environment: Environment, title: str, command: list[str]) -> bool:
    print(f'== {title}', flush=True)
    done = subprocess.run(command, cwd=ROOT, env=environment.variables(), check=False)
    return done.returncode == 0


def lint(environment: Environment) -> list[str]:
    """Runs ruff and mypy.

    Returns:
        The names of the checks that failed.
    """
    python = str(environment.python)
    checks = {
        'ruff': [python, '-m', 'ruff', 'check', '.', 'dev'],
        'mypy': [python, '-m', 'mypy'],
    }
    return [name for name, command in checks.items() if not _call(environment, name, command)]


def _replace_process(environment: Environment, command: list[str]) -> None:
    sys.stdout.flush()
    program = shutil.which(command[0], path=environment.variables()['PATH'])
    if program is None:
        raise SetupError(f'there is no command {command[0]!r} in the environment\n'
                         f'     remedy: one of those in {environment.scripts.relative_to(ROOT)}')
    os.execve(program, command, environment.variables())


def run_tests(environment: Environment, arguments: list[str]) -> int:
    """Runs the checks and the tests, pytest last so that its summary ends the output.

    Args:
        environment: Where to run.
        arguments: Arguments for pytest; where there are any, pytest alone runs.

    Returns:
        The exit status.
    """
    failed = [] if arguments else lint(environment)
    command = [str(environment.python), '-m', 'pytest']
    # Live nodes wait more than they work, but tests that compare times run one at a time.
    cores = str(max(2, len(os.sched_getaffinity(0))))
    phases = {'pytest': arguments} if arguments else {
        'pytest, without middleware': [
            '-n', cores, '-m', 'not middleware', '--durations', '30'],
        'pytest, live nodes': ['-n', '2', '-m', 'middleware and not comparison'],
        'pytest, live nodes alone': ['-m', 'middleware and comparison'],
    }
    for title, selection in phases.items():
        if not _call(environment, title, command + selection):
            failed.append(title)
    if failed:
        print(f'failed: {", ".join(failed)}', flush=True)
    return 1 if failed else 0


def run_benchmarks(environment: Environment, arguments: list[str]) -> int:
    """Runs the benchmarks and prints what they measured as one table.

    Args:
        environment: Where to run.
        arguments: Arguments for pytest; `--write` puts the table into README.md.

    Returns:
        The exit status.
    """
    python, result = str(environment.python), ROOT / '.benchmarks' / 'last.json'
    result.parent.mkdir(exist_ok=True)
    result.unlink(missing_ok=True)
    chosen = [argument for argument in arguments if argument != '--write']
    measured = _call(environment, 'pytest', [
        python, '-m', 'pytest', *(chosen or ['benchmarks', '--benchmark-only']),
        '--benchmark-json', str(result), '--benchmark-quiet'])
    # Where pytest measured nothing it leaves an empty file.
    if not result.exists() or not result.stat().st_size:
        return 1
    writing = ['--write'] if '--write' in arguments else []
    table = [python, 'benchmarks/summary.py', str(result), *writing]
    shown = _call(environment, 'table', table)
    return 0 if measured and shown else 1


def clean(environment: Environment) -> None:
    """Removes the environment and what tools left in the checkout."""
    environment.remove()
    for name in ('build', 'install', 'log', '.pytest_cache', '.mypy_cache', '.ruff_cache',
                 '.hypothesis', '.benchmarks', 'icv_v2x.egg-info'):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for folder in ('icv_v2x', 'scripts', 'test', 'benchmarks', 'launch'):
        for cache in (ROOT / folder).rglob('__pycache__'):
            shutil.rmtree(cache, ignore_errors=True)


def _dispatch(command: str, arguments: list[str]) -> int:
    environment = Environment(ROOT, simulator=command in {'test', 'bench'})
    if command == 'clean':
        clean(environment)
        return 0
    distribution = preflight.active_distribution()
    if distribution:
        print(f'ROS 2 {distribution} is active in this shell. To use icv_v2x with it: colcon build'
              ' --base-paths . icv_v2x_msgs\n./dev goes on with its own ROS 2 in .venv and leaves'
              f' {distribution} aside.', flush=True)
    environment.ensure()
    if command == 'demo':
        _replace_process(environment, ['icv-v2x', 'demo', *arguments])
    if command == 'run':
        _replace_process(environment, arguments or ['icv-v2x', '--help'])
    if command == 'bench':
        return run_benchmarks(environment, arguments)
    if command == 'test':
        return run_tests(environment, arguments)
    if command == 'lint':
        return 1 if lint(environment) else 0
    return 0


def main(arguments: list[str]) -> int:
    """Runs one command.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit status: 0 on success, 1 where a check failed, 2 on wrong use or a failed set-up,
        130 after an interruption.
    """
    parser = argparse.ArgumentParser(prog='./dev', description=__doc__, epilog=_DESCRIPTION,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('command', metavar='COMMAND',
                        choices=('demo', 'test', 'lint', 'bench', 'run', 'setup', 'clean'))
    command = parser.parse_args(arguments[:1]).command
    try:
        return _dispatch(command, arguments[1:])
    except SetupError as error:
        print(f'dev: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f'\ndev: interrupted; ./dev {command} carries on from here', file=sys.stderr)
        return 130
