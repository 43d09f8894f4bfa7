# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Finds what a machine lacks for the set-up before any download, each with its remedy."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

#: The wheels of ROS 2 are built against glibc 2.28 (manylinux_2_28).
OLDEST_GLIBC = (2, 28)
#: What the environment and the build of the interfaces occupy, with room for pip to unpack.
NEEDED_BYTES = 2_500_000_000

_PACKAGES = {
    'apt-get': ('sudo apt-get install', {
        'compiler': 'g++', 'headers': 'python{version}-dev', 'venv': 'python{version}-venv',
    }),
    'dnf': ('sudo dnf install', {
        'compiler': 'gcc-c++', 'headers': 'python{version}-devel', 'venv': 'python{version}',
    }),
    'zypper': ('sudo zypper install', {
        'compiler': 'gcc-c++', 'headers': 'python{digits}-devel', 'venv': 'python{digits}',
    }),
    'pacman': ('sudo pacman -S', {'compiler': 'gcc', 'headers': 'python', 'venv': 'python'}),
}


@dataclass(frozen=True)
class Problem:
    """Something the set-up cannot do without.

    Attributes:
        what: One sentence on what is missing.
        remedy: What to do about it.
    """

    what: str
    remedy: str


def _remedy(need: str) -> str:
    version = f'{sys.version_info.major}.{sys.version_info.minor}'
    for manager, (command, packages) in _PACKAGES.items():
        if shutil.which(manager):
            name = packages[need].format(version=version, digits=version.replace('.', ''))
            return f'{command} {name}'
    return {
        'compiler': 'install gcc and g++, or clang',
        'headers': f'install the development files of Python {version}',
        'venv': f'python{version} -m pip install virtualenv',
    }[need]


def compilers() -> tuple[str | None, str | None]:
    """Finds a C and a C++ compiler, CC and CXX first.

    Returns:
        The two commands, None where there is none.
    """
    def first(variable: str, names: tuple[str, ...]) -> str | None:
        given = os.environ.get(variable, '').split()
        commands = map(shutil.which, (*given[:1], *names))
        return next(filter(None, commands), None)

    return first('CC', ('cc', 'gcc', 'clang')), first('CXX', ('c++', 'g++', 'clang++'))


def platform_problems() -> list[Problem]:
    """Checks that the wheels of ROS 2 run here at all."""
    elsewhere = (
        'on another machine, use a ROS 2 distribution and colcon build (CONTRIBUTING.md), or, for'
        ' the offline tools alone: pip install -r requirements.txt && pip install --no-deps .'
    )
    if sys.platform != 'linux' or platform.machine() != 'x86_64':
        here = f'{platform.system()} on {platform.machine()}'
        return [Problem(f'ROS 2 comes as wheels for Linux on x86_64, this is {here}', elsewhere)]
    if sys.implementation.name != 'cpython':
        return [Problem(f'this Python is {sys.implementation.name}, not CPython',
                        'start again as: python3.12 dev ...')]
    library, version = platform.libc_ver()
    numbers = tuple(int(part) for part in version.split('.')[:2] if part.isdigit())
    if library != 'glibc' or numbers < OLDEST_GLIBC:
        wanted = '.'.join(map(str, OLDEST_GLIBC))
        found = f'{library or "another C library"} {version}'.strip()
        return [Problem(f'ROS 2 comes as wheels for glibc {wanted} or later, this is {found}',
                        elsewhere)]
    return []


def environment_problems(root: Path) -> list[Problem]:
    """Checks what making the virtual environment takes."""
    problems = []
    if not (importlib.util.find_spec('ensurepip') or importlib.util.find_spec('virtualenv')):
        problems.append(Problem('this Python can make no virtual environment (no ensurepip)',
                                _remedy('venv')))
    free = shutil.disk_usage(root).free
    if free < NEEDED_BYTES:
        problems.append(Problem(
            f'{root} has {free / 1e9:.1f} GB free, the set-up takes {NEEDED_BYTES / 1e9:.1f} GB',
            'make room there'))
    if not os.access(root, os.W_OK):
        problems.append(Problem(f'{root} is not writable', 'work in a copy of your own'))
    return problems


def build_problems() -> list[Problem]:
    """Checks what building the interfaces takes."""
    problems = []
    if None in compilers():
        problems.append(Problem('there is no C and C++ compiler', _remedy('compiler')))
    include = Path(sysconfig.get_path('include'))
    if not (include / 'Python.h').is_file():
        problems.append(Problem(f'the headers of this Python are missing ({include}/Python.h)',
                                _remedy('headers')))
    return problems


def active_distribution() -> str | None:
    """Returns the name of the ROS 2 distribution whose rclpy this shell would import, if any."""
    name = os.environ.get('ROS_DISTRO')
    if not name:
        return None
    found = subprocess.run([shutil.which('python3') or sys.executable, '-c', 'import rclpy'],
                           capture_output=True, check=False)
    return name if found.returncode == 0 else None
