# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The schema of parameters as parameters of a node, checked at start and at every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)

from icv_v2x.parameters import (
    NodeParameters,
    ParameterError,
    Parameters,
    Specification,
    build,
    digest,
    limits_hash,
    specifications,
)
from icv_v2x.parameters.schema import unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rclpy.node import Node

_OF_ROS = ('use_sim_time', 'qos_overrides', 'start_type_description_service')
# Bounds of a range that has only one.
_LARGEST_FLOAT = 1e308
_LARGEST_INTEGER = 2**62

Pair = tuple[Parameters, NodeParameters]


class ParameterBridge:
    """Declares every parameter of the package on a node and keeps their checked values.

    Every node takes the whole parameter file; what it does not use it checks all the same, so
    that a wrong value is found wherever the file is read first.

    Attributes:
        parameters: Of the pipeline; None where the node needs none and required ones are missing.
        of_nodes: Of the nodes.
    """

    def __init__(
        self, node: Node, *, needs_pipeline: bool, accept: Callable[[Pair], None],
    ) -> None:
        """Declare the parameters.

        Args:
            node: The node.
            needs_pipeline: Whether it cannot do without the parameters of the pipeline.
            accept: Takes a changed set of parameters over; raises ParameterError to refuse it.

        Raises:
            ParameterError: An unknown name, a value that is not allowed or a missing one.
        """
        self._node = node
        self._needs_pipeline = needs_pipeline
        self._accept = accept
        self._of_pipeline = {s.name: s for s in specifications(Parameters)}
        self._of_nodes = {s.name: s for s in specifications(NodeParameters)}
        # rclpy offers no other way to read overrides before their declaration.
        overrides = {
            name: parameter.value for name, parameter in node._parameter_overrides.items()
            if name.split('.')[0] not in _OF_ROS
        }
        self._values = overrides
        self.parameters, self.of_nodes = self._built(overrides)
        self._digest = digest(self.parameters, self.of_nodes)
        for specification in (*self._of_pipeline.values(), *self._of_nodes.values()):
            self._declare(specification, overrides)
        node.add_on_set_parameters_callback(self._on_set)

    @property
    def digest(self) -> str:
        """Sixteen hex digits over every parameter in force, for logs and the heartbeat."""
        return self._digest

    @property
    def limits_hash(self) -> int:
        """The short form of it, for advisories."""
        return limits_hash(self._digest)

    @property
    def given(self) -> dict[str, Any]:
        """Dotted name to value of what a parameter file, an argument or a change set."""
        return dict(self._values)

    def _built(self, values: dict[str, Any]) -> tuple[Parameters | None, NodeParameters]:
        known = {**self._of_pipeline, **self._of_nodes}
        for name, value in values.items():
            if name not in known:
                raise unknown(name, value, known)
        of_pipeline = {n: v for n, v in values.items() if n in self._of_pipeline}
        of_nodes = {n: v for n, v in values.items() if n in self._of_nodes}
        complete = all(
            name in of_pipeline for name, s in self._of_pipeline.items() if s.default is None)
        if not complete and not self._needs_pipeline:
            for name, value in of_pipeline.items():
                known[name].check(value)
            return None, build(NodeParameters, of_nodes)
        return build(Parameters, of_pipeline), build(NodeParameters, of_nodes)

    def _declare(self, specification: Specification, overrides: dict[str, Any]) -> None:
        name = specification.name
        value = overrides.get(name, specification.default)
        if value is None:
            return
        value = specification.check(value)
        if isinstance(value, tuple):
            value = list(value)
        self._node.declare_parameter(
            name, value, descriptor_of(specification), ignore_override=True)

    def _on_set(self, changed: Iterable[Any]) -> SetParametersResult:
        known = {**self._of_pipeline, **self._of_nodes}
        changes = {p.name: p.value for p in changed if p.name in known}
        if not changes:
            return SetParametersResult(successful=True)
        values = {**self._values, **changes}
        try:
            parameters, of_nodes = self._built(values)
            if parameters is not None:
                self._accept((parameters, of_nodes))
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        self._values, self.parameters, self.of_nodes = values, parameters, of_nodes
        self._digest = digest(parameters, of_nodes)
        return SetParametersResult(successful=True)


def descriptor_of(specification: Specification) -> ParameterDescriptor:
    """Return what `ros2 param describe` shows of a parameter."""
    descriptor = ParameterDescriptor(
        name=specification.name,
        description=specification.description,
        additional_constraints=specification.range_text(),
        read_only=not specification.changeable,
    )
    low, high = specification.minimum, specification.maximum
    if low is None and high is None:
        return descriptor
    if specification.type is int:
        descriptor.integer_range = [IntegerRange(
            from_value=-_LARGEST_INTEGER if low is None else int(low),
            to_value=_LARGEST_INTEGER if high is None else int(high))]
    else:
        descriptor.floating_point_range = [FloatingPointRange(
            from_value=-_LARGEST_FLOAT if low is None else float(low),
            to_value=_LARGEST_FLOAT if high is None else float(high))]
    return descriptor
