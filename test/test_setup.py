# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the set-up repeatable: only what changed is renewed, an interruption is never mistaken."""

from __future__ import annotations

import ast
import importlib
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'scripts'))
environment = importlib.import_module('environment')
preflight = importlib.import_module('preflight')


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """Returns a copy of the files the set-up reads, on a machine that lacks nothing."""
    for name in (*environment.REQUIREMENTS, environment.SIMULATOR, 'constraints.txt', 'setup.py',
                 'setup.cfg', 'package.xml'):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / 'icv_v2x_msgs', tmp_path / 'icv_v2x_msgs')
    for check in ('platform_problems', 'build_problems'):
        monkeypatch.setattr(preflight, check, lambda: [])
    monkeypatch.setattr(preflight, 'environment_problems', lambda _: [])
    return tmp_path


@pytest.fixture
def done(checkout, monkeypatch) -> list[str]:
    """Returns the list that the steps, which do nothing else here, write their names to."""
    steps: list[str] = []

    def base(self) -> None:
        steps.append('base')
        self.python.parent.mkdir(parents=True, exist_ok=True)
        self.python.touch()

    kind = environment.Environment
    monkeypatch.setattr(kind, '_make_base', base)
    monkeypatch.setattr(kind, '_install_libraries', lambda _: steps.append('libraries'))
    monkeypatch.setattr(kind, '_build_interfaces', lambda _: steps.append('interfaces'))
    monkeypatch.setattr(kind, '_install_project', lambda _: steps.append('project'))
    monkeypatch.setattr(kind, '_install_simulator', lambda _: steps.append('simulator'))
    return steps


ALL = ['base', 'libraries', 'interfaces', 'project']


def test_the_simulator_comes_with_the_tests_alone(checkout, done) -> None:
    environment.Environment(checkout).ensure()
    assert 'simulator' not in done
    environment.Environment(checkout, simulator=True).ensure()
    environment.Environment(checkout).ensure()
    environment.Environment(checkout, simulator=True).ensure()
    assert done == ['base', 'libraries', 'interfaces', 'project', 'simulator']


def test_second_run_does_nothing(checkout, done) -> None:
    environment.Environment(checkout).ensure()
    environment.Environment(checkout).ensure()
    assert done == ALL


def test_changed_message_renews_the_interfaces_and_their_definitions(checkout, done) -> None:
    environment.Environment(checkout).ensure()
    done.clear()
    (checkout / 'icv_v2x_msgs' / 'msg' / 'Advisory.msg').write_text('uint8 level\n')
    environment.Environment(checkout).ensure()
    assert done == ['interfaces', 'project']


def test_changed_requirement_renews_all_but_the_base(checkout, done) -> None:
    environment.Environment(checkout).ensure()
    done.clear()
    (checkout / 'requirements.txt').write_text('numpy\n')
    environment.Environment(checkout).ensure()
    assert done == ALL[1:]


def test_moved_checkout_is_set_up_anew(checkout, done) -> None:
    environment.Environment(checkout).ensure()
    done.clear()
    moved = checkout.rename(checkout.with_name('elsewhere'))
    environment.Environment(moved).ensure()
    assert done == ALL


@pytest.mark.parametrize(('method', 'repeated'), [
    ('_install_libraries', ALL), ('_build_interfaces', ALL[2:]), ('_install_project', ALL[3:])])
def test_interrupted_step_is_repeated(checkout, done, monkeypatch, method, repeated) -> None:
    def interrupted(_) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(environment.Environment, method, interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.Environment(checkout).ensure()
    done.clear()
    environment.Environment(checkout).ensure()
    assert done == repeated


def test_foreign_environment_is_left_alone(checkout) -> None:
    mine = checkout / '.venv' / 'precious'
    mine.parent.mkdir()
    mine.touch()
    with pytest.raises(environment.SetupError, match='not made by this script'):
        environment.Environment(checkout).ensure()
    assert mine.exists()


def test_all_that_is_missing_is_named_with_its_remedy(checkout, monkeypatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(preflight, 'platform_problems', lambda: [])
    monkeypatch.setattr(preflight, 'compilers', lambda: (None, None))
    monkeypatch.setattr(preflight.sysconfig, 'get_path', lambda _: 'nowhere')
    monkeypatch.setattr(preflight.importlib.util, 'find_spec', lambda _: None)
    with pytest.raises(environment.SetupError) as caught:
        environment.Environment(checkout).ensure()
    text = str(caught.value)
    assert text.count('remedy:') == 3
    assert 'compiler' in text
    assert 'Python.h' in text
    assert 'ensurepip' in text


@pytest.mark.parametrize(('output', 'words'), [
    ('Could not fetch URL: Name or service not known', 'check the network'),
    ('pip: [Errno 28] No space left on device', 'disk is full'),
    ('lib.c:3: fatal error: x.h: no such file', 'fatal error: x.h')])
def test_failed_command_is_explained(checkout, output, words) -> None:
    assert words in environment.Environment(checkout)._explain('building', output)


def test_another_ros_stays_outside(checkout, monkeypatch) -> None:
    monkeypatch.setenv('ROS_DISTRO', 'jazzy')
    monkeypatch.setenv('PYTHONPATH', '/opt/ros/jazzy/lib/python3.12/site-packages')
    monkeypatch.setenv('AMENT_PREFIX_PATH', '/opt/ros/jazzy')
    monkeypatch.setenv('LD_LIBRARY_PATH', '/opt/ros/jazzy/lib:/opt/compiler/lib')
    variables = environment.Environment(checkout).variables()
    assert 'PYTHONPATH' not in variables
    assert 'ROS_DISTRO' not in variables
    assert variables['LD_LIBRARY_PATH'] == '/opt/compiler/lib'
    assert variables['AMENT_PREFIX_PATH'] == str(checkout / '.venv')


def test_old_pythons_can_read_the_launcher() -> None:
    ast.parse((ROOT / 'dev').read_text(), feature_version=(3, 6))
