# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Makes and renews the virtual environment that carries ROS 2, the interfaces and the project.

The work is a row of steps. Each has a key, a hash of all that it depends on; the keys of the steps
done lie in a state file inside the environment. A run does the first step whose key differs and
all that follow it. A step's key leaves the file before the step begins, so that an interruption at
any point leads to a repetition, never to a half-made step taken for done.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import preflight

#: Raised when the steps themselves change in a way that asks for a new environment.
LAYOUT = 1

REQUIREMENTS = (
    'requirements.txt', 'requirements-data.txt', 'requirements-ros.txt', 'requirements-dev.txt')
SIMULATOR = 'requirements-sumo.txt'
CONSTRAINTS = 'constraints.txt'

#: Variables that would mix another Python or another ROS 2 into the environment.
FOREIGN_VARIABLES = (
    'AMENT_PREFIX_PATH', 'CMAKE_PREFIX_PATH', 'COLCON_PREFIX_PATH', 'PYTHONHOME', 'PYTHONPATH',
    'PIP_PREFIX', 'PIP_TARGET', 'PIP_USER', 'RMW_IMPLEMENTATION', 'ROS_DISTRO', 'ROS_ETC_DIR',
    'ROS_PACKAGE_PATH', 'ROS_PYTHON_VERSION', 'ROS_VERSION', 'VIRTUAL_ENV',
    '_ROS_WHEELS_BOOTSTRAP_COMPLETE',
)

_UNREACHABLE = re.compile(
    'NewConnectionError|ConnectTimeout|Connection refused|Connection reset|Name or service not|'
    'Temporary failure in name|Network is unreachable|No route to host|ProxyError|ReadTimeout|'
    'Read timed out|SSLError|Max retries exceeded|Could not fetch URL|RemoteDisconnected|'
    # Every version is fixed, so pip finds no solution only where the index lacks one of them.
    'getaddrinfo failed|No matching distribution found|ResolutionImpossible')
_WHEEL_INCLUDE = re.compile(r'/opt/python/cp3\d+-cp3\d+t?/include/python3\.\d+t?')
_WHEEL_PACKAGES = re.compile(r'/opt/python/cp3\d+-cp3\d+t?/lib/python3\.\d+t?/site-packages')


class SetupError(Exception):
    """Something stopped the set-up; the text says what, and what to do about it."""


@dataclass(frozen=True)
class Step:
    """One step of the set-up.

    Attributes:
        name: Name in the state file.
        title: What a person reads.
        expected: About how long it takes.
        key: Hash of all that the result depends on.
        run: Does it.
    """

    name: str
    title: str
    expected: str
    key: str
    run: Callable[[], None]


def _digest(*parts: object) -> str:
    return hashlib.sha256('\0'.join(map(str, parts)).encode()).hexdigest()[:20]


def _digest_files(root: Path, files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f'{file.relative_to(root)}\0'.encode())
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:20]


def clean_variables() -> dict[str, str]:
    """Returns the process's environment variables without another ROS 2 or Python in them."""
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN_VARIABLES}
    for name in ('LD_LIBRARY_PATH', 'PATH'):
        entries = kept.pop(name, '').split(os.pathsep)
        own = [e for e in entries if e and not any(p and e.startswith(p) for p in prefixes)]
        if own:
            kept[name] = os.pathsep.join(own)
    return kept


class Environment:
    """The virtual environment `.venv` at the root of a checkout."""

    def __init__(self, root: Path, *, simulator: bool = False) -> None:
        """Names the places; touches nothing.

        Args:
            root: Folder of the checkout.
            simulator: Whether SUMO belongs to it, which tests and benchmarks compare with.
        """
        self.root = root
        self.simulator = simulator
        self.prefix = root / '.venv'
        self.scripts = self.prefix / 'bin'
        self.python = self.scripts / 'python'
        self._state_file = self.prefix / 'icv_v2x_state.json'
        self._work = self.prefix / 'icv_v2x_build'
        self._log = self.prefix / 'icv_v2x_setup.log'
        self._lock: tuple[int, ...] = ()
        self._version = f'{sys.version_info.major}.{sys.version_info.minor}'

    def variables(self) -> dict[str, str]:
        """Returns the environment variables for programs that run inside."""
        return {
            **clean_variables(),
            'PATH': f'{self.scripts}{os.pathsep}{clean_variables().get("PATH", os.defpath)}',
            'VIRTUAL_ENV': str(self.prefix),
            'AMENT_PREFIX_PATH': str(self.prefix),
            'CMAKE_PREFIX_PATH': str(self.prefix),
        }

    def ensure(self) -> None:
        """Does whatever is missing or out of date.

        Raises:
            SetupError: The machine lacks something, or a step failed.
        """
        if not self._outdated():
            return
        with self._alone():
            pending = self._outdated()
            if pending:
                self._check_machine(pending)
                self._run(pending)

    def remove(self) -> None:
        """Removes the environment, if it is one that this script made."""
        if self.prefix.exists():
            self._check_ownership()
            shutil.rmtree(self.prefix)

    def _steps(self) -> list[Step]:
        base = _digest(LAYOUT, self._version, self.root)
        names = (*REQUIREMENTS, CONSTRAINTS)
        libraries = _digest(base, _digest_files(self.root, (self.root / n for n in names)))
        package = self.root / 'icv_v2x_msgs'
        messages = [package / 'CMakeLists.txt', package / 'package.xml',
                    *(package / 'msg').glob('*.msg')]
        interfaces = _digest(libraries, _digest_files(self.root, messages))
        files = [self.root / name for name in ('setup.py', 'setup.cfg', 'package.xml')]
        for folder in ('launch', 'config', 'resource', 'icv_v2x_msgs/msg'):
            files += [p for p in (self.root / folder).rglob('*')
                      if p.is_file() and '__pycache__' not in p.parts]
        project = _digest(libraries, 'executables', _digest_files(self.root, files))
        steps = [
            Step('base', 'virtual environment', 'a few seconds', base, self._make_base),
            Step('libraries', 'libraries and ROS 2', '1 to 3 minutes', libraries,
                 self._install_libraries),
            Step('interfaces', 'build of icv_v2x_msgs', 'about 1 minute', interfaces,
                 self._build_interfaces),
            Step('project', 'icv_v2x itself', 'a few seconds', project, self._install_project),
        ]
        if self.simulator:
            needed = _digest_files(self.root, (self.root / n for n in (SIMULATOR, CONSTRAINTS)))
            steps.append(Step('simulator', 'SUMO, for the tests', 'under a minute',
                              _digest(libraries, needed), self._install_simulator))
        return steps

    def _outdated(self) -> list[Step]:
        state = self._read_state()
        steps = self._steps()
        if not self.python.exists():
            return steps
        # What an interrupted pip leaves behind cannot be told from an installed library.
        if state.get('running') in ('base', 'libraries'):
            return steps
        if state.get('base') != steps[0].key:
            return steps
        stale = {step.name for step in steps if state.get(step.name) != step.key}
        if 'libraries' in stale:
            return steps[1:]
        return [step for step in steps if step.name in stale]

    def _run(self, pending: list[Step]) -> None:
        print(f'Setting up {self.prefix.name} with Python {self._version}', flush=True)
        begin = time.monotonic()
        for number, step in enumerate(pending, start=1):
            state = {} if step.name == 'base' else self._read_state()
            state.pop(step.name, None)
            print(f'  [{number}/{len(pending)}] {step.title} ({step.expected}) ... ',
                  end='', flush=True)
            started = time.monotonic()
            if step.name != 'base':
                self._write_state({**state, 'running': step.name})
            try:
                step.run()
            except BaseException:
                print('stopped', flush=True)
                raise
            state.pop('running', None)
            self._write_state({**state, step.name: step.key})
            print(f'{time.monotonic() - started:.0f} s', flush=True)
        print(f'Ready after {time.monotonic() - begin:.0f} s', flush=True)

    def _check_machine(self, pending: list[Step]) -> None:
        problems = preflight.platform_problems()
        names = {step.name for step in pending}
        if not problems:
            if 'base' in names:
                problems += preflight.environment_problems(self.root)
            if 'interfaces' in names:
                problems += preflight.build_problems()
        if problems:
            lines = [f'{p.what}\n     remedy: {p.remedy}' for p in problems]
            raise SetupError('\n     '.join(lines))

    def _check_ownership(self) -> None:
        if not (self.prefix / 'icv_v2x_state.json').exists() and any(self.prefix.iterdir()):
            raise SetupError(f'{self.prefix} was not made by this script\n'
                             '     remedy: move it away and start again')

    def _make_base(self) -> None:
        if self.prefix.exists():
            self._check_ownership()
            shutil.rmtree(self.prefix)
        self.prefix.mkdir()
        self._write_state({'running': 'base'})
        module = 'venv' if _importable('ensurepip') else 'virtualenv'
        # From inside a virtual environment the new one must not depend on it.
        python = getattr(sys, '_base_executable', None) or sys.executable
        if module == 'virtualenv':
            python = sys.executable
        self._call([python, '-m', module, str(self.prefix)], 'making the virtual environment')

    def _install_libraries(self) -> None:
        self._install(REQUIREMENTS, 'installing the libraries')
        self._patch_exports()

    def _install_simulator(self) -> None:
        self._install((SIMULATOR,), 'installing SUMO')

    def _install(self, files: Iterable[str], doing: str) -> None:
        command = [str(self.python), '-m', 'pip', 'install', '--disable-pip-version-check',
                   '--no-input', '--progress-bar', 'off', '-c', CONSTRAINTS]
        for name in files:
            command += ['-r', name]
        self._call(command, doing)

    def _patch_exports(self) -> None:
        # The wheels' CMake exports name the machine that built them.
        include = sysconfig.get_path('include')
        packages = str(self._site_packages())
        for file in (self.prefix / 'share').rglob('*.cmake'):
            text = file.read_text()
            patched = _WHEEL_PACKAGES.sub(packages, _WHEEL_INCLUDE.sub(include, text))
            if patched != text:
                file.write_text(patched)

    def _build_interfaces(self) -> None:
        self._remove_interfaces()
        shutil.rmtree(self._work, ignore_errors=True)
        self._call([
            str(self.scripts / 'colcon'), '--log-base', str(self._work / 'log'), 'build',
            '--base-paths', 'icv_v2x_msgs', '--packages-select', 'icv_v2x_msgs',
            '--build-base', str(self._work / 'build'),
            '--install-base', str(self.prefix), '--merge-install',
            '--event-handlers', 'console_direct+',
            '--cmake-args', '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release', '-DBUILD_TESTING=OFF',
            f'-DPython3_EXECUTABLE={self.python}', '--no-warn-unused-cli',
        ], 'building the interfaces')

    def _remove_interfaces(self) -> None:
        name = 'icv_v2x_msgs'
        places = [
            *(self.prefix / 'lib').glob(f'lib{name}__*'),
            *self._site_packages().glob(f'{name}*'),
            *(self.prefix / 'share' / 'ament_index' / 'resource_index').glob(f'*/{name}'),
            self.prefix / 'include' / name,
            self.prefix / 'share' / name,
            self.prefix / 'share' / 'colcon-core' / 'packages' / name,
        ]
        for place in places:
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)

    def _install_project(self) -> None:
        self._call([str(self.python), '-m', 'pip', 'install', '--disable-pip-version-check',
                    '--no-input', '--no-deps', '--no-index', '--no-build-isolation',
                    '--editable', '.'], 'installing icv_v2x')
        # An editable install leaves out the data files: launch files, parameters, definitions.
        shutil.rmtree(self.prefix / 'share' / 'icv_v2x', ignore_errors=True)
        self._call([str(self.python), 'setup.py', '--quiet', 'install_data',
                    '--install-dir', str(self.prefix)], 'installing the data files of icv_v2x')
        self._link_executables()

    def _link_executables(self) -> None:
        # `ros2 run` and launch files look for executables in lib/<package>.
        folder = self.prefix / 'lib' / 'icv_v2x'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for script in self.scripts.iterdir():
            plain = script.is_file() and not script.is_symlink()
            if plain and b'from icv_v2x.' in script.read_bytes():
                (folder / script.name).symlink_to(Path('..', '..', 'bin', script.name))

    def _site_packages(self) -> Path:
        return self.prefix / 'lib' / f'python{self._version}' / 'site-packages'

    def _call(self, command: list[str], doing: str) -> None:
        with self._log.open('a') as log:
            log.write(f'\n$ {" ".join(command)}\n')
            log.flush()
            begin = log.tell()
            done = subprocess.run(command, cwd=self.root, env=self.variables(), stdout=log,
                                  stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                  pass_fds=self._lock, check=False)
        if done.returncode:
            with self._log.open('rb') as log:
                log.seek(begin)
                output = log.read().decode(errors='replace')
            raise SetupError(self._explain(doing, output))

    def _explain(self, doing: str, output: str) -> str:
        where = f'the whole story: {self._log.relative_to(self.root)}'
        if 'pip' in output and 'No space left on device' in output:
            return f'{doing} stopped: the disk is full\n     remedy: make room ({where})'
        if _UNREACHABLE.search(output):
            return (f'{doing} stopped: the package index gave no answer, or not the version asked'
                    ' for\n     remedy: check the network, proxy and pip settings (a mirror:'
                    f' PIP_INDEX_URL), then start again ({where})')
        marked = [line.strip() for line in output.splitlines()
                  if re.search(r'\b(error|ERROR|Error)\b', line)]
        last = (marked or output.strip().splitlines() or ['no output'])[0 if marked else -1]
        return f'{doing} failed: {last}\n     {where}'

    def _read_state(self) -> dict[str, str]:
        try:
            state = json.loads(self._state_file.read_text())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def _write_state(self, state: dict[str, str]) -> None:
        draft = self._state_file.with_suffix('.draft')
        draft.write_text(json.dumps(state, indent=1))
        draft.replace(self._state_file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The lock sits on a file that always exists and that nothing removes: this one.
        with Path(__file__).open() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print('Another ./dev sets up this checkout; waiting for it', flush=True)
                fcntl.flock(handle, fcntl.LOCK_EX)
            except OSError:
                pass  # A file system without locks: go on without.
            # What this process starts holds the lock too: killed hard, it leaves a pip behind that
            # must end before the next run removes what that pip still writes.
            self._lock = (handle.fileno(),)
            try:
                yield
            finally:
                self._lock = ()


def _importable(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
