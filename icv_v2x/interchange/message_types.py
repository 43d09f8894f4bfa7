# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Message types for bags without any ROS 2: the standard ones and the package's own."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from icv_v2x.interchange.errors import BagError

if TYPE_CHECKING:
    from rosbags.typesys.store import Typestore

PACKAGE = 'icv_v2x_msgs'

# What standard message a bag without definitions holds does not differ between these, for the
# types that are read; Humble is the oldest distribution that the package supports.
_STANDARD = Stores.ROS2_HUMBLE


def definition_folders() -> list[Path]:
    """Return where the package's message definitions may lie, the most particular place first."""
    listed = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    prefixes = [Path(prefix) for prefix in listed if prefix]
    source = Path(__file__).resolve().parents[2]
    folders = [prefix / 'share' / PACKAGE / 'msg' for prefix in prefixes]
    folders += [
        prefix / 'share' / 'icv_v2x' / 'msg_definitions' / PACKAGE / 'msg' for prefix in prefixes
    ]
    folders.append(source / PACKAGE / 'msg')
    # An installed package lies in <prefix>/lib/pythonX.Y/site-packages.
    for parent in source.parents[:3]:
        folders.append(parent / 'share' / PACKAGE / 'msg')
        folders.append(parent / 'share' / 'icv_v2x' / 'msg_definitions' / PACKAGE / 'msg')
    return folders


@functools.lru_cache(maxsize=1)
def typestore() -> Typestore:
    """Return the standard types together with the package's own.

    Returns:
        The type store, made once.

    Raises:
        BagError: The package's message definitions are nowhere to be found.
    """
    for folder in definition_folders():
        definitions = sorted(folder.glob('*.msg'))
        if definitions:
            break
    else:
        raise BagError(
            f'the message definitions of {PACKAGE} are in none of '
            f'{", ".join(str(folder) for folder in definition_folders())}')
    store = get_typestore(_STANDARD)
    types = {}
    for path in definitions:
        types.update(get_types_from_msg(
            path.read_text(encoding='utf-8'), f'{PACKAGE}/msg/{path.stem}'))
    store.register(types)
    return store
