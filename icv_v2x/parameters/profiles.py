# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Vehicle profiles: where they lie, what they set, and the table that tells of all of them."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.parameters.files import read_all
from icv_v2x.parameters.groups import Parameters
from icv_v2x.parameters.node_groups import NodeParameters
from icv_v2x.parameters.schema import ParameterError, specifications

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUFFIX = '.yaml'

_OWN_COLUMN = (
    'vehicle.length', 'vehicle.width', 'vehicle.height', 'vehicle.mass', 'vehicle.kind',
    'vehicle.heavy', 'collision.emergency_deceleration', 'collision.emergency_deceleration_heavy',
)
_HEADING = """\
# Vehicle profiles

A profile is a parameter file with what belongs to a kind of vehicle and its business: dimensions,
dynamics, comfort, which applications speak, and what the vehicle may do. It is named with
`profile:=NAME` at the launch file and with `--profile NAME` at `icv-v2x replay`, `report`,
`export` and `evaluate`; a path to a file of your own serves as well. What a parameter file that
you name sets goes before the profile; the profile goes before `config/icv_v2x.yaml` and before the
`BAG.params.yaml` beside a bag. The map origin is never part of a profile.

The values are starting points from what is usual for such vehicles: measure your own vehicle
before it drives by them. All of them can be set to anything within the ranges of
[`config/icv_v2x.yaml`](../config/icv_v2x.yaml). This page is written from the files in
`config/profiles/`, with `python3 -m icv_v2x.parameters.profiles`.

| profile | vehicle | length x width x height | mass | brakes | silent | sets besides |
|-|-|-|-|-|-|-|
"""


def config_folders() -> list[Path]:
    """Return where the configuration may lie, the most particular place first."""
    listed = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    source = Path(__file__).resolve().parents[2]
    # An installed package lies in <prefix>/lib/pythonX.Y/site-packages.
    prefixes = [Path(prefix) for prefix in listed if prefix] + list(source.parents[:3])
    installed = [prefix / 'share' / 'icv_v2x' / 'config' for prefix in prefixes]
    return [source / 'config', *installed]


def known() -> dict[str, Path]:
    """Return the files of the profiles that come with the package by name, sorted."""
    for folder in config_folders():
        files = sorted((folder / 'profiles').glob(f'*{SUFFIX}'))
        found = {path.stem: path for path in files}
        if found:
            return found
    return {}


def profile_file(profile: str) -> Path:
    """Return the file of a profile.

    Args:
        profile: Name of one that comes with the package, or path of a file with its ending.

    Raises:
        ParameterError: There is no such profile.
    """
    if Path(profile).suffix:
        path = Path(profile)
        if not path.is_file():
            raise ParameterError(f'there is no profile file {path}')
        return path
    files = known()
    if profile not in files:
        near = difflib.get_close_matches(profile, files, n=1)
        hint = f'; did you mean {near[0]}?' if near else ''
        raise ParameterError(
            f'there is no profile {profile!r}{hint} Known are {", ".join(files) or "none"}, or '
            'the path of a .yaml file')
    return files[profile]


def page() -> str:
    """Return `docs/profiles.md`: one table of all profiles, every value that they set in it."""
    return _HEADING + '\n'.join(_row(name, path) for name, path in known().items()) + '\n'


def _row(name: str, path: Path) -> str:
    values = read_all(path)
    size = ' x '.join(f'{values[f"vehicle.{side}"]:g}' for side in ('length', 'width', 'height'))
    heavy = '_heavy' if values['vehicle.heavy'] else ''
    cells = (
        f'`{name}`',
        f'{_sentence(path)} ({values["vehicle.kind"]})',
        f'{size} m',
        f'{values["vehicle.mass"] / 1e3:g} t',
        f'{values[f"collision.emergency_deceleration{heavy}"]:g} m/s2',
        ', '.join(_silent(values)) or 'none',
        ', '.join(_further(values)),
    )
    return f'| {" | ".join(cells)} |'


def _sentence(path: Path) -> str:
    """Return the sentence that a file opens with, below the licence."""
    return path.read_text(encoding='utf-8').splitlines()[2].removeprefix('# ').rstrip('.')


def _silent(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if name.endswith('.enabled') and value is False:
            yield f'`{name.removesuffix(".enabled")}`'


def _further(values: Mapping[str, Any]) -> Iterator[str]:
    units = {
        s.name: s.unit for group in (Parameters, NodeParameters) for s in specifications(group)}
    for name, value in values.items():
        if name in _OWN_COLUMN or name.endswith('.enabled'):
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield f'`{name}` {text} {units[name]}'.rstrip()


if __name__ == '__main__':
    sys.stdout.write(page())
