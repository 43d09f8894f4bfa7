# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A process that asks one thing of a node, as `ros2 lifecycle` and `ros2 param` do."""

from __future__ import annotations

import json
import sys
from typing import Any

import rclpy
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import DescribeParameters, GetParameters, SetParameters
from rclpy.parameter import Parameter

TIMEOUT = 15.0


def ask(node: Any, kind: Any, name: str, request: Any) -> Any:
    """Returns the answer of a service."""
    client = node.create_client(kind, name)
    if not client.wait_for_service(timeout_sec=TIMEOUT):
        sys.exit(f'no service {name}')
    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future, timeout_sec=TIMEOUT)
    if not future.done():
        sys.exit(f'no answer from {name}')
    return future.result()


def main() -> None:
    """Asks and writes the answer as JSON."""
    target, verb, *rest = sys.argv[1:]
    rclpy.init()
    node = rclpy.create_node('control')
    answer: Any
    if verb == 'state':
        answer = ask(node, GetState, f'{target}/get_state', GetState.Request())
        answer = answer.current_state.label
    elif verb == 'change':
        request = ChangeState.Request()
        request.transition.id = int(rest[0])
        answer = ask(node, ChangeState, f'{target}/change_state', request).success
    elif verb == 'set':
        value = json.loads(rest[1])
        request = SetParameters.Request(
            parameters=[Parameter(rest[0], value=value).to_parameter_msg()])
        result = ask(node, SetParameters, f'{target}/set_parameters', request).results[0]
        answer = [result.successful, result.reason]
    elif verb == 'get':
        request = GetParameters.Request(names=rest)
        values = ask(node, GetParameters, f'{target}/get_parameters', request).values
        answer = [rclpy.parameter.parameter_value_to_python(value) for value in values]
    else:
        request = DescribeParameters.Request(names=rest)
        result = ask(node, DescribeParameters, f'{target}/describe_parameters', request)
        answer = [{
            'description': d.description, 'read_only': d.read_only,
            'constraints': d.additional_constraints,
            'range': [[r.from_value, r.to_value] for r in d.floating_point_range],
        } for d in result.descriptors]
    sys.stdout.write(json.dumps(answer))


if __name__ == '__main__':
    main()
