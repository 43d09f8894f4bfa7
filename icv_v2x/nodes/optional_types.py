# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Message types of other stacks, which may be installed or not."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def installed(type_name: str) -> bool:
    """Return whether a type such as `etsi_its_cam_msgs/msg/CAM` can be used here."""
    package, kind, name = type_name.split('/')
    try:
        module = importlib.import_module(f'{package}.{kind}')
    # A package that was built for another distribution may fail in whatever way.
    except Exception:
        return False
    return hasattr(module, name)


def first_installed(type_names: Iterable[str]) -> str | None:
    """Return the first of some types that can be used, None where there is none."""
    return next((name for name in type_names if installed(name)), None)


def missing_text(node: str, type_names: Iterable[str]) -> str:
    """Return one line on what a node needs and does not find."""
    packages = sorted({name.split('/')[0] for name in type_names})
    return (
        f'{node} needs the message package {" or ".join(packages)}, which is not installed here; '
        'install it or build it in the workspace, and source that')


