# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""How processes of the middleware find each other soon after one of them was started again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.parameters.profiles import config_folders

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = 'fastdds.xml'
"""In the folder of the configuration: what Fast DDS does otherwise than by default."""
_VARIABLE = 'FASTDDS_DEFAULT_PROFILES_FILE'
# Distributions with Fast DDS 2 know the old name alone; Fast DDS 3 warns of that.
_OLD_VARIABLE = 'FASTRTPS_DEFAULT_PROFILES_FILE'
_OLD_DISTRIBUTIONS = ('humble', 'iron', 'jazzy')


def discovery_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that let a process be found at once.

    Args:
        environment: Of the process; a file of profiles that it names already stays in force.

    Returns:
        Names to values; nothing where there is nothing to be set. Other middlewares than
        Fast DDS take no notice.
    """
    if _VARIABLE in environment or _OLD_VARIABLE in environment:
        return {}
    file = next(filter(lambda file: file.is_file(), (
        folder / FILE for folder in config_folders())), None)
    if file is None:
        return {}
    old = environment.get('ROS_DISTRO', '') in _OLD_DISTRIBUTIONS
    return {_OLD_VARIABLE if old else _VARIABLE: str(file)}
