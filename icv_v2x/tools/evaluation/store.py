# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Results of single bags as files: there whole or not at all, and only for what they are of."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.parameters import ParameterError
from icv_v2x.parameters.profiles import profile_file
from icv_v2x.tools.bag_source import parameter_file
from icv_v2x.tools.evaluation.bag import FAILED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icv_v2x.tools.evaluation.bag import Task

VERSION = 1
"""Of the results; raised when they gain or lose something."""

FOLDER = 'bags'


class ResultStore:
    """Keeps a result under a name made of all that it depends on."""

    def __init__(self, folder: Path, package: str) -> None:
        """Make the folder.

        Args:
            folder: Of the evaluation.
            package: Version of the package.

        Raises:
            OSError: The folder cannot be made.
        """
        self._folder = folder / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._package = package
        self._paths: dict[Task, Path] = {}

    def load(self, task: Task) -> dict[str, Any] | None:
        """Return the result of a bag, None where there is none, or one to be tried again."""
        try:
            result = json.loads(self._path(task).read_text(encoding='utf-8'))
        except (OSError, ValueError):
            return None
        if not isinstance(result, dict) or result.get('status') in (None, FAILED):
            return None
        return result

    def save(self, task: Task, result: dict[str, Any]) -> None:
        """Write a result; whoever is killed here leaves the old state.

        Raises:
            OSError: It cannot be written.
        """
        path = self._path(task)
        partial = path.with_suffix('.partial')
        with partial.open('w', encoding='utf-8') as file:
            json.dump(result, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def _path(self, task: Task) -> Path:
        # As it was when this run began: a bag that changes meanwhile is replayed the next time.
        if task not in self._paths:
            digest = hashlib.sha256('\0'.join(self._of(task)).encode('utf-8', 'replace'))
            stem = Path(task.bag).name or 'bag'
            self._paths[task] = self._folder / f'{stem}-{digest.hexdigest()[:16]}.json'
        return self._paths[task]

    def _of(self, task: Task) -> Iterator[str]:
        yield f'{VERSION} {self._package} {task}'
        bag = Path(task.bag)
        yield str(bag.resolve())
        files = sorted(bag.rglob('*')) if bag.is_dir() else [bag]
        for file in files:
            if file.is_file():
                state = file.stat()
                yield f'{file} {state.st_size} {state.st_mtime_ns}'
        try:
            yield _text(parameter_file(bag, task.params_path))
            if task.profile is not None:
                yield _text(profile_file(task.profile))
        except ParameterError as error:
            yield str(error)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().hex()
    except OSError as error:
        return str(error)
