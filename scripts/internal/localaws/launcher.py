"""Runs ministack, with changes that the service or `make dev` needs.

Each line that a function writes is also written to descriptor 3, as a JSON object with
its function, process id and line, before the function's answer is sent.

Everything changed here is private to ministack, whose version requirements.txt pins.
"""
import json
import os
import queue
import secrets
import signal
import socketserver
import threading

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.lambda_runtime import ProvidedWorker, Worker
from ministack.services import apigateway_v1, iam
from ministack.services.cloudformation import provisioners

# Its Lambda Runtime API answers in two writes. With Nagle's algorithm the second one
# waits for a delayed acknowledgement: 40 ms on every invocation.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# After an answer it waits 50 ms for the first line that the function has written. Our
# functions write theirs before they answer, but on a busy machine it is read later.
# These are the seconds for the first line, for one more, and at most.
Worker._drain_stderr_bounded.__defaults__ = (2.0, 0.005, 2.0)


# It gives a REST API a random id. With its name as its id, the URL is known and stays.
def name_api(data, create=apigateway_v1._create_rest_api):
    return create({**data, "tags": {**data.get("tags", {}), "ms-custom-id": data["name"]}})


apigateway_v1._create_rest_api = name_api


# Its CloudFormation creates no request validators and ties no method to one.
def create_validator(logical_id, props, stack_name):
    fields = {name[0].lower() + name[1:]: value for name, value in props.items()}
    _, _, body = apigateway_v1._create_request_validator(props["RestApiId"], fields)
    validator = json.loads(body)["id"]
    return validator, {"RequestValidatorId": validator}


def create_method(logical_id, props, stack_name, create=provisioners._apigw_method_create):
    created = create(logical_id, props, stack_name)
    tie = {"op": "replace", "path": "/requestValidatorId", "value": props.get("RequestValidatorId")}
    apigateway_v1._update_method(props["RestApiId"], props["ResourceId"], props["HttpMethod"], {"patchOperations": [tie]})
    return created


provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::RequestValidator"]["create"] = create_validator
provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Method"]["create"] = create_method
provisioners._apigw_method_create = create_method  # which an update uses


# Its CloudFormation keeps a method's limits under /~1users, as a template writes the
# path, but its API Gateway looks for them under /users.
def settings_by_path(raw, settings=provisioners._apigw_method_settings):
    return {name.replace("/~1", "/").replace("~1", "/"): setting for name, setting in settings(raw).items()}


provisioners._apigw_method_settings = settings_by_path


# Its CloudFormation gives a secret without a name the same one again, and so overwrites
# what a removed stack retained.
def create_secret(logical_id, props, stack_name, create=provisioners._sm_secret_create):
    return create(logical_id, {"Name": f"{stack_name}-{logical_id}-{secrets.token_hex(6)}", **props}, stack_name)


def update_secret(physical_id, before, after, *args, update=provisioners._sm_secret_update, **kwargs):
    return update(physical_id, {"Name": physical_id, **before}, {"Name": physical_id, **after}, *args, **kwargs)


provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"].update(create=create_secret, update=update_secret)


# Its CloudFormation creates a role without its permissions boundary.
def create_role(logical_id, props, stack_name, create=provisioners._iam_role_create):
    name, attributes = create(logical_id, props, stack_name)
    iam._roles[name]["PermissionsBoundary"] = props.get("PermissionsBoundary")
    return name, attributes


provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]["create"] = create_role


# It looks up the tags of a resource only if a policy of the role has a condition on them,
# and not if its boundary has one.
iam_evaluator._names_condition_key = lambda policies, prefix: True


# Requests reach it on the loopback interface, without TLS. Policies that refuse requests
# without TLS, as that of the framework's bucket does, are tried as with it.
def pin_request_origin(source_ip, _, pin=app.pin_request_origin):
    pin(source_ip, True)


app.pin_request_origin = pin_request_origin

output, output_lock = os.fdopen(3, "w"), threading.Lock()


# It reads what a function writes into a queue of lines.
def report_output(worker, stream, lines, read=ProvidedWorker._pump_output, put=queue.Queue.put_nowait):
    pid = worker._proc.pid

    def report(line):
        with output_lock:
            print(json.dumps({"function": worker.func_name, "pid": pid, "line": line}), file=output, flush=True)
        put(lines, line)

    lines.put_nowait = report
    read(worker, stream, lines)


ProvidedWorker._pump_output = report_output


try:
    app.main()
finally:
    # What is left in this process's group are functions and commands that use this AWS.
    os.killpg(0, signal.SIGKILL)
