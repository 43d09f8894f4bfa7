# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the packages installable: lists equal folders, manifests and requirements agree."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / 'icv_v2x_msgs'

# Import name to rosdep key, for what the package imports outside ROS 2 and the standard library.
ROSDEP_KEYS = {
    'asn1tools': 'python3-asn1tools-pip',
    'numpy': 'python3-numpy',
    'pyproj': 'python3-pyproj',
    'pyyaml': 'python3-yaml',
    'rich': 'python3-rich',
    'rosbags': 'python3-rosbags-pip',
    'scipy': 'python3-scipy',
    'transforms3d': 'python3-transforms3d',
}


def manifest(folder: Path) -> ElementTree.Element:
    """Returns the root element of a package's manifest."""
    return ElementTree.parse(folder / 'package.xml').getroot()


def requirement_names(name: str) -> list[str]:
    """Returns the distribution names of a requirements file, in its order."""
    lines = (line.split('#')[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [re.split(r'[\[<>=! ;]', line)[0].lower().replace('_', '-') for line in lines if line]


def dependencies(folder: Path) -> set[str]:
    """Returns what a manifest says is needed to run."""
    return {element.text or '' for element in manifest(folder)
            if element.tag in ('depend', 'exec_depend')}


@pytest.fixture(scope='module')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Returns the names of the files in a wheel of the project, built from a copy."""
    folder = tmp_path_factory.mktemp('wheel')
    command = [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-index', '--quiet',
               '--no-build-isolation', '--wheel-dir', str(folder), '.']
    copy = folder / 'source'
    names = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                           cwd=ROOT, capture_output=True, check=False)
    if names.returncode:
        pytest.skip('not a checkout with version control')
    for name in filter(None, names.stdout.decode().split('\0')):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(folder.glob('*.whl'))) as archive:
        return set(archive.namelist())


def test_cmake_builds_every_message_of_the_folder() -> None:
    listed = re.findall(r'"(msg/\w+\.msg)"', (MESSAGES / 'CMakeLists.txt').read_text())
    assert listed == sorted(f'msg/{file.name}' for file in (MESSAGES / 'msg').iterdir())


def test_message_manifest_names_every_package_its_fields_come_from() -> None:
    used = set()
    for file in (MESSAGES / 'msg').glob('*.msg'):
        used |= set(re.findall(r'^([a-z]\w*)/', file.read_text(), re.MULTILINE))
    assert used - {'icv_v2x_msgs'} <= dependencies(MESSAGES)


def test_both_packages_have_one_version_and_licence() -> None:
    for tag in ('version', 'license', 'maintainer'):
        assert manifest(ROOT).findtext(tag) == manifest(MESSAGES).findtext(tag)


def test_requirements_and_manifest_name_the_same_libraries() -> None:
    in_manifest = {key for key in dependencies(ROOT) if key.startswith('python3-')}
    assert {ROSDEP_KEYS[name] for name in requirement_names('requirements.txt')} == in_manifest


def test_every_requirement_has_an_exact_version() -> None:
    pinned = set(requirement_names('constraints.txt'))
    for name in ('requirements.txt', 'requirements-data.txt', 'requirements-ros.txt',
                 'requirements-dev.txt'):
        assert set(requirement_names(name)) <= pinned


def test_wheel_holds_every_file_of_the_package(wheel: set[str]) -> None:
    files = {file.relative_to(ROOT).as_posix() for file in (ROOT / 'icv_v2x').rglob('*')
             if file.is_file() and '__pycache__' not in file.parts}
    assert files - wheel == set()


@pytest.mark.parametrize('pattern', ['launch/*.launch.py', 'config/*.yaml', 'config/*.xml',
                                     'config/profiles/*.yaml', 'icv_v2x_msgs/msg/*.msg',
                                     'package.xml', 'resource/icv_v2x'])
def test_wheel_holds_the_data_files(wheel: set[str], pattern: str) -> None:
    installed = {name.rsplit('/', 1)[-1] for name in wheel if '.data/data/share/' in name}
    assert {file.name for file in ROOT.glob(pattern)} <= installed


def test_messages_are_readable_without_the_built_interfaces(wheel: set[str]) -> None:
    folder = 'share/icv_v2x/msg_definitions/icv_v2x_msgs/msg/'
    found = {name.split(folder)[1] for name in wheel if folder in name}
    assert found == {file.name for file in (MESSAGES / 'msg').glob('*.msg')}


def test_every_command_leads_to_a_function() -> None:
    commands = [entry for entry in entry_points(group='console_scripts')
                if entry.value.startswith('icv_v2x.')]
    assert {entry.name for entry in commands} >= {'icv-v2x', 'v2x_stack'}
    for entry in commands:
        module, _, attribute = entry.value.partition(':')
        assert callable(getattr(importlib.import_module(module), attribute)), entry.name
