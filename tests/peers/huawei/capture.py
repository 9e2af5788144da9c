"""Records what Huawei Cloud's official Python SDK sends, so that the client can be held against it.

Each case of fixtures/huawei/sdk-requests.json and workspace-requests.json says in `given` what a caller
wants (path values, query, headers, body, under the names on the wire). This script makes the SDK's models
of it, lets the SDK call a server on the loopback interface with a fixed key, project and clock, and writes
down in `sent` what arrived. A new case is a line without `sent`.

    python3 -m venv .cache/huawei-sdk
    .cache/huawei-sdk/bin/pip install -r tests/peers/huawei/requirements.txt
    .cache/huawei-sdk/bin/python tests/peers/huawei/capture.py           renews the recordings
    .cache/huawei-sdk/bin/python tests/peers/huawei/capture.py --check   fails where they are out of date

It also fails where an operation, a query parameter, a header or a field of a body is in no case.
"""

import datetime
import http.server
import importlib
import json
import os
import pathlib
import re
import sys
import threading

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.signer import signer

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / 'fixtures' / 'huawei'
AK, SK = 'FAKEACCESSKEYFORTEST', 'fake-secret-key-that-opens-nothing-00000'
PROJECT = '0123456789abcdef0123456789abcdef'
DATE = datetime.datetime(2024, 1, 2, 3, 4, 5)

# Per file: the host that is signed, and the SDK's packages. list_images is in a client of its own.
SUITES = {
    'sdk-requests.json': ('ims.region-1.example.com', {'*': ('huaweicloudsdkims.v2', 'Ims')}),
    'workspace-requests.json': (
        'workspace.region-1.example.com',
        {
            '*': ('huaweicloudsdkworkspaceapp.v1', 'WorkspaceApp'),
            'list_images': ('huaweicloudsdkworkspace.v2', 'Workspace'),
        },
    ),
}
# What the signature covers, and what says how the body is to be read. The rest is the HTTP library's own.
HEADERS = re.compile(r'^(authorization|host|content-type|x-.*|service-.*)$')


class FixedClock(datetime.datetime):
    """The signer's clock stands still, so that a recording can be made twice."""

    @classmethod
    def utcnow(cls):
        return DATE


def without_user_agent(client):
    """The SDK signs a User-Agent that names this machine and Python; a page could not send one at all."""
    original = client._parse_header_params

    def parse(collection_formats, header_params):
        headers = original(collection_formats, header_params)
        headers.pop('User-Agent', None)
        return headers

    client._parse_header_params = parse
    return client


class Recorder(http.server.BaseHTTPRequestHandler):
    """A proxy that forwards nothing: it keeps each request and answers 204. Being a proxy, it leaves the
    host that is signed as it is, whatever port it listens on."""

    protocol_version = 'HTTP/1.1'
    kept = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get('content-length') or 0))
        target = re.sub(r'^https?://[^/]+', '', self.path)
        headers = {k.lower(): v.encode('iso-8859-1').decode('utf-8') for k, v in self.headers.items()}
        self.kept.append(
            {
                'method': self.command,
                'target': target,
                'headers': {k: headers[k] for k in sorted(headers) if HEADERS.match(k)},
                'body': body.decode('utf-8') if body else None,
            }
        )
        self.send_response(204)
        self.send_header('content-length', '0')
        self.end_headers()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


def make(module, type_name, value, used):
    """The SDK's model of a plain value; notes in `used` which attributes of which model were set."""
    inner = re.match(r'list\[(.+)\]$', type_name)
    if inner:
        return [make(module, inner.group(1), item, used) for item in value]
    model = getattr(module, type_name, None)
    if model is None or not hasattr(model, 'attribute_map') or not isinstance(value, dict):
        return value
    wire = {name: attribute for attribute, name in model.attribute_map.items()}
    unknown = set(value) - set(wire)
    if unknown:
        raise SystemExit(f'{type_name} has no {", ".join(sorted(unknown))}')
    used.setdefault(type_name, set()).update(value)
    return model(
        **{
            wire[name]: make(module, model.openapi_types[wire[name]], item, used)
            for name, item in value.items()
        }
    )


def send(client, module, case, used):
    """One call of the SDK; its answer, which is empty, does not matter."""
    request_type = ''.join(part.capitalize() for part in case['operation'].split('_')) + 'Request'
    model = getattr(module, request_type)
    given = case['given']
    # The project's ID is a part of the path that the SDK takes from the credentials.
    values = {**given.get('path', {}), **given.get('query', {}), **given.get('headers', {})}
    if 'project_id' not in model.attribute_map.values():
        values.pop('project_id', None)
    if 'body' in given:
        values['body'] = given['body']
    before = len(Recorder.kept)
    try:
        getattr(client, case['operation'])(make(module, request_type, values, used))
    except SdkException as error:
        if len(Recorder.kept) == before:
            raise SystemExit(f'{case["operation"]}: {error}') from error
    if len(Recorder.kept) != before + 1:
        raise SystemExit(f'{case["operation"]} sent {len(Recorder.kept) - before} requests')
    return Recorder.kept[-1]


def unused(module, operations, used):
    """Attributes of the operations' requests, and of what is in them, that no case sets."""
    todo = [''.join(part.capitalize() for part in name.split('_')) + 'Request' for name in operations]
    seen = set()
    while todo:
        name = todo.pop()
        model = getattr(module, name, None)
        if name in seen or model is None or not hasattr(model, 'attribute_map'):
            continue
        seen.add(name)
        for attribute, type_name in model.openapi_types.items():
            wire = model.attribute_map[attribute]
            # X-Sdk-Date is the signer's business although the SDK also lists it as a parameter.
            if wire not in used.get(name, set()) and wire != 'X-Sdk-Date':
                yield f'{name}.{wire}'
            todo.append(re.sub(r'^list\[(.+)\]$', r'\1', type_name))


def record(name):
    """The text of one fixture, as it should be."""
    host, packages = SUITES[name]
    fixture = json.loads((FIXTURES / name).read_text('utf-8'))
    config = HttpConfig.get_default_config()
    config.timeout = (5, 5)
    clients, used = {}, {}
    for operation, (package, prefix) in packages.items():
        module = importlib.import_module(package)
        builder = getattr(module, f'{prefix}Client').new_builder().with_http_config(config)
        client = (
            builder.with_endpoint(f'http://{host}')
            .with_credentials(BasicCredentials(AK, SK, PROJECT))
            .build()
        )
        clients[operation] = (without_user_agent(client), module)
    for case in fixture['cases']:
        client, module = clients.get(case['operation'], clients['*'])
        case['sent'] = send(client, module, case, used)
    for operation, (_, module) in clients.items():
        named = {case['operation'] for case in fixture['cases']}
        named = {operation} if operation != '*' else named - set(clients)
        missing = sorted(unused(module, named, used))
        if missing:
            raise SystemExit(f'{name}: no case for {", ".join(missing)}')
    head = {
        'note': 'What the official SDK sends; `sent` is written by tests/peers/huawei/capture.py.',
        'sdk': sorted(f'{p.split(".")[0]} {version(p)}' for p, _ in packages.values()),
        'credentials': {'accessKey': AK, 'secretKey': SK, 'projectId': PROJECT},
        'date': DATE.strftime('%Y%m%dT%H%M%SZ'),
        'endpoint': f'http://{host}',
    }
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in head.items()]
    cases = ',\n'.join(json.dumps(case, ensure_ascii=False) for case in fixture['cases'])
    return '{' + ',\n'.join(lines) + ',\n"cases": [\n' + cases + '\n]}\n'


def version(package):
    """The version of the distribution that a package of the SDK belongs to."""
    from importlib import metadata

    return metadata.version(package.split('.')[0])


def main():
    signer.datetime = FixedClock
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The SDK's own proxy option is for https only.
    os.environ.update({'http_proxy': f'http://127.0.0.1:{server.server_port}', 'no_proxy': ''})
    stale = []
    for name in SUITES:
        text = record(name)
        path = FIXTURES / name
        if text != path.read_text('utf-8'):
            stale.append(name)
            if '--check' not in sys.argv:
                path.write_text(text, 'utf-8')
    server.shutdown()
    print('out of date: ' + ', '.join(stale) if stale else 'up to date')
    sys.exit(1 if stale and '--check' in sys.argv else 0)


if __name__ == '__main__':
    main()
