# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Holds the house together: imports run one way, ROS 2 stays at the rim, files open alike."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / 'icv_v2x'
MODULES = sorted(PACKAGE.rglob('*.py'))

# Each room may import those of its own row and of the rows before it. The records of an advisory
# come before the scenarios, which fill them.
ORDER = (
    ('clock', 'consumer', 'frames', 'inputs', 'late', 'parameters'),
    ('motion', 'conflict', 'merging'),
    ('message_set',),
    ('translate',),
    ('world', 'roads', 'signals', 'road_events', 'parking'),
    ('trust',),
    ('platooning',),
    ('advisory',),
    ('scenarios',),
    ('interchange',),
    ('pipeline', 'transmit'),
    ('dataset', 'drawing', 'faults', 'recorder', 'report', 'scenes'),
    ('nodes', 'tools'),
)
NUMERIC_CORE = {'motion', 'conflict', 'merging'}
RIM = {'nodes'}
ROS = {
    'ament_index_python', 'builtin_interfaces', 'diagnostic_msgs', 'geometry_msgs',
    'icv_v2x_msgs', 'launch', 'launch_ros', 'lifecycle_msgs', 'nav_msgs', 'rcl_interfaces',
    'rclpy', 'rosbag2_py', 'rosgraph_msgs', 'sensor_msgs', 'std_msgs', 'tf2_ros',
    'visualization_msgs',
}
HEADER = '# Copyright 2026 The icv_v2x authors\n# SPDX-License-Identifier: Apache-2.0\n'


def name_of(file: Path) -> str:
    """Returns a module's dotted name."""
    parts = file.relative_to(ROOT).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


def room_of(name: str) -> str | None:
    """Returns the room of a module of the project, None for the package itself."""
    parts = name.split('.')
    return parts[1] if len(parts) > 1 else None


def imports_of(file: Path) -> Iterator[tuple[str, bool]]:
    """Yields the absolute names that a module imports, with whether that happens on its import.

    `from package import name` yields `package.name`, so that modules and packages are told apart.
    """
    tree = ast.parse(file.read_text(), str(file))
    package = name_of(file).split('.')
    if file.name != '__init__.py':
        package = package[:-1]
    deferred = {
        id(inner) for outer in ast.walk(tree)
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)) for inner in ast.walk(outer)
    } | {
        id(inner) for outer in ast.walk(tree)
        if isinstance(outer, ast.If) and 'TYPE_CHECKING' in ast.dump(outer.test)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        at_once = id(node) not in deferred
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[:len(package) - node.level + 1] if node.level else []
            origin = '.'.join([*base, *([node.module] if node.module else [])])
            yield from ((f'{origin}.{alias.name}', at_once) for alias in node.names)


def project_imports(file: Path) -> set[str]:
    """Returns the modules of the project that a module imports on its own import."""
    known = {name_of(module) for module in MODULES}
    found = set()
    for name, at_once in imports_of(file):
        if at_once and name.split('.')[0] == 'icv_v2x':
            found.add(name if name in known else name.rpartition('.')[0])
    return found


def tracked_files() -> list[Path]:
    """Returns the files under version control, or skips outside a checkout."""
    listing = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, capture_output=True,
                             check=False)
    if listing.returncode:
        pytest.skip('not a checkout with version control')
    return [ROOT / name for name in listing.stdout.decode().split('\0')
            if name and (ROOT / name).is_file()]


def test_ros_is_imported_in_nodes_only() -> None:
    offenders = {
        f'{name_of(file)} imports {name}'
        for file in MODULES if room_of(name_of(file)) not in RIM
        for name, _ in imports_of(file) if name.split('.')[0] in ROS
    }
    assert offenders == set()


def test_numeric_core_imports_nothing_of_the_project_but_itself() -> None:
    allowed = {'numpy', 'scipy', '__future__'}
    offenders = set()
    for file in MODULES:
        room = room_of(name_of(file))
        if room not in NUMERIC_CORE:
            continue
        for name, _ in imports_of(file):
            top = name.split('.')[0]
            own = top == 'icv_v2x' and room_of(name) in NUMERIC_CORE
            standard = top in sys.stdlib_module_names
            if not (own or standard or top in allowed):
                offenders.add(f'{name_of(file)} imports {name}')
    assert offenders == set()


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {room_of(name_of(file)) for file in MODULES} - {None}
    assert rooms <= {room for row in ORDER for room in row}


def test_imports_run_one_way_between_rooms() -> None:
    rank = {room: row for row, rooms in enumerate(ORDER) for room in rooms}
    offenders = {
        f'{name_of(file)} imports {name}'
        for file in MODULES for name, _ in imports_of(file)
        if name.split('.')[0] == 'icv_v2x'
        for source, target in [(room_of(name_of(file)), room_of(name))]
        if source in rank and target in rank and rank[target] > rank[source]
    }
    assert offenders == set()


def test_rooms_do_not_import_each_other_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    for file in MODULES:
        source = room_of(name_of(file))
        for name in project_imports(file):
            target = room_of(name)
            if source and target and source != target:
                graph.setdefault(source, set()).add(target)
    assert circle_in(graph) == []


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    # A package's face re-exports its modules, so a module that imports a sibling through the face
    # would be a circle; edges to a module's own package do not run code a second time.
    graph = {name_of(file): {name for name in project_imports(file)
                             if not name_of(file).startswith(f'{name}.')} for file in MODULES}
    assert circle_in(graph) == []


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """Returns the nodes of one circle of a directed graph, empty where there is none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node):], node]
        if node in done:
            return []
        for following in sorted(graph.get(node, ())):
            found = visit(following, [*path, node])
            if found:
                return found
        done.add(node)
        return []

    for start in sorted(graph):
        found = visit(start, [])
        if found:
            return found
    return []


def test_circle_search_finds_a_circle() -> None:
    assert circle_in({'a': {'b'}, 'b': {'c'}, 'c': {'b'}}) == ['b', 'c', 'b']
    assert circle_in({'a': {'b', 'c'}, 'b': {'c'}}) == []


def test_every_source_file_opens_with_the_licence_and_a_sentence() -> None:
    sources = [*MODULES, *(ROOT / 'scripts').glob('*.py'), *(ROOT / 'test').rglob('*.py'),
               *(ROOT / 'benchmarks').rglob('*.py'), *(ROOT / 'launch').glob('*.py')]
    offenders = []
    for file in sources:
        text = file.read_text()
        docstring = ast.get_docstring(ast.parse(text))
        if not text.startswith(HEADER) or not docstring or docstring.splitlines()[0][-1] != '.':
            offenders.append(str(file.relative_to(ROOT)))
    assert offenders == []


def test_no_file_names_a_machine() -> None:
    folders = b'|'.join((b'home', b'root', b'work', b'Users', b'tmp'))
    places = re.compile(rb'(?<![\w.])/(?:' + folders + rb')/\w')
    offenders = [str(file.relative_to(ROOT)) for file in tracked_files()
                 if places.search(file.read_bytes())]
    assert offenders == []
