"""Writes fixtures/huawei/signing.json: requests, and what the official SDK's signer makes of them.

Each case keeps the request as a caller would put it (method, path as it stands in the URL, query as pairs,
headers, body) with the credentials, and the canonical request, string to sign, headers and target that the
signer of huaweicloudsdkcore produced. Run it like capture.py, in the same environment; --check compares.
"""

import json
import pathlib
import sys

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

PATH = pathlib.Path(__file__).resolve().parents[2] / 'fixtures' / 'huawei' / 'signing.json'
AK, SK = 'FAKEACCESSKEYFORTEST', 'fake-secret-key-that-opens-nothing-00000'
PROJECT, DOMAIN = '0123456789abcdef0123456789abcdef', 'd78cbac186b744899480f25bd022f468'
HOST, DATE = 'ims.region-1.example.com', '20240102T030405Z'
JSON = {'Content-Type': 'application/json'}
IMAGE = '/v2/images/33ad552d-1149-471c-8190-ff6776174a00'


def case(name, method='GET', path='/v2/cloudimages', query=(), headers=None, body=None, **credentials):
    """One request; headers get the date unless they bring one."""
    return {
        'case': name,
        'method': method,
        'path': path,
        'query': [list(pair) for pair in query],
        'headers': {'X-Sdk-Date': DATE, **({} if headers is None else headers)},
        'body': body,
        'credentials': {'accessKey': AK, 'secretKey': SK, **credentials},
    }


CASES = [
    case('nothing but the date'),
    case('a project', projectId=PROJECT),
    case('a domain instead of a project', domainId=DOMAIN),
    case('temporary credentials', projectId=PROJECT, securityToken='fake-security-token+/=='),
    case(
        'a body',
        'POST',
        '/v2/cloudimages/action',
        headers=JSON,
        body='{"name":"ims_test"}',
        projectId=PROJECT,
    ),
    case(
        'a body that is not ASCII', 'POST', '/v2/cloudimages/action', headers=JSON, body='{"name":"镜像 ü"}'
    ),
    case('an empty body', 'POST', '/v2/cloudimages/action', headers=JSON, body=''),
    case(
        'content type with parameters',
        'PUT',
        '/v1/cloudimages/tags',
        headers={'Content-Type': 'application/json;charset=UTF-8'},
        body='{}',
    ),
    case(
        'JSON patch: the payload is not signed',
        'PATCH',
        IMAGE,
        headers={'Content-Type': 'application/openstack-images-v2.1-json-patch'},
        body='[]',
        projectId=PROJECT,
    ),
    case(
        'JSON patch without a body: the hash is that of nothing',
        'PATCH',
        IMAGE,
        headers={'Content-Type': 'application/openstack-images-v2.1-json-patch'},
    ),
    case(
        'bytes: the payload is not signed',
        'PUT',
        IMAGE + '/file',
        headers={'Content-Type': 'application/octet-stream'},
        body='QFI\u00fb',
        projectId=PROJECT,
    ),
    case(
        'a hash that the caller gives is taken',
        'POST',
        '/v2/images',
        body='{}',
        headers={**JSON, 'X-Sdk-Content-Sha256': 'UNSIGNED-PAYLOAD'},
    ),
    case('DELETE with a body', 'DELETE', IMAGE, headers=JSON, body='{"delete_backup":true}'),
    case('HEAD', 'HEAD', '/v1/images/33ad552d-1149-471c-8190-ff6776174a00'),
    case('the root', path='/'),
    case('a slash at the end is there already', path='/v2/images/'),
    case('two slashes', path='/v2//images'),
    case('dots in the path stay', path='/v2/./images/../schemas'),
    case('space in the path', path='/v2/images/x/tags/my%20tag'),
    case('plus in the path', path='/v2/images/x/tags/a%2Bb'),
    case('plus in the path, not encoded', path='/v2/images/x/tags/a+b'),
    case('tilde, star, parentheses in the path', path='/v2/images/x/tags/a~b*c(d)\'!'),
    case('not ASCII in the path', path='/v2/images/x/tags/%E9%94%AE'),
    case('small hexadecimal digits in the path', path='/v2/images/x/tags/%e9%94%ae'),
    case('percent sign in the path', path='/v2/images/x/tags/100%25'),
    case('slash inside a segment', path='/v2/images/x/tags/a%2Fb'),
    case('equals, colon, comma, at in the path', path='/v2/images/x/tags/k=v:w,x@y;z'),
    case(
        'query is sorted by key',
        query=[('limit', '2'), ('__imagetype', 'gold'), ('Name', 'x'), ('name', 'y')],
    ),
    case('query value empty', query=[('name', ''), ('limit', '1')]),
    case('query: space, plus, slash, equals, ampersand', query=[('name', 'a b+c/d=e&f')]),
    case('query: what stays as it is', query=[('name', 'AZaz09-_.~')]),
    case('query: star, parentheses, quote, exclamation mark', query=[('name', "*()'!")]),
    case('query: not ASCII', query=[('名', '镜像'), ('emoji', '💿')]),
    case('query: colon', query=[('created_at', 'gt:2018-10-28T10:00:00Z')]),
    case('query: percent sign', query=[('name', '100%25')]),
    case('query: the same key twice, sorted by value', query=[('tag', 'b'), ('tag', 'a')]),
    case(
        'query: a key that begins with another', query=[('a', '2'), ('a-b', '1'), ('ab', '0'), ('a.b', '3')]
    ),
    case('query: keys whose order changes when encoded', query=[('é', '1'), ('z', '2'), ('{', '3')]),
    case('header values lose spaces at both ends', headers={'X-Custom': '  two  words  '}),
    case('header names in any case', headers={'x-CUSTOM-name': 'v', 'X-Another': 'w'}),
    case('headers with an underscore are not signed', headers={'X_Odd': 'v'}),
    case('header value not ASCII', headers={'X-Custom': '镜像'}),
    case('header value empty', headers={'X-Custom': ''}),
    case('host that the caller gives', headers={'Host': 'ims.internal.example.com:8443'}),
    case(
        'enterprise project in the query',
        query=[('enterprise_project_id', 'all_granted_eps')],
        projectId=PROJECT,
    ),
    case('another date', headers={'X-Sdk-Date': '19991231T235959Z'}),
]


def sign(given):
    """What the SDK makes of a case: its own canonical request and string to sign are caught on the way."""
    secrets = given['credentials']
    kind = GlobalCredentials if 'domainId' in secrets else BasicCredentials
    credentials = kind(
        secrets['accessKey'], secrets['secretKey'], secrets.get('domainId') or secrets.get('projectId')
    )
    if 'securityToken' in secrets:
        credentials.with_security_token(secrets['securityToken'])
    request = SdkRequest(
        method=given['method'],
        schema='https',
        host=HOST,
        resource_path=given['path'],
        query_params=[tuple(pair) for pair in given['query']],
        header_params=dict(given['headers']),
        body=given['body'],
    )
    caught = {}
    original = Signer._process_string_to_sign

    def watch(self, canonical_request, time):
        caught['canonicalRequest'] = canonical_request
        caught['stringToSign'] = original(self, canonical_request, time)
        return caught['stringToSign']

    Signer._process_string_to_sign = watch
    try:
        credentials.sign_request(request)
    finally:
        Signer._process_string_to_sign = original
    # The signer hands text over to HTTP as the bytes of UTF-8, one character each.
    headers = {k: v.encode('iso-8859-1').decode('utf-8') for k, v in request.header_params.items()}
    return {
        **given,
        **caught,
        'target': request.uri,
        'signedRequestHeaders': headers,
        'authorization': headers['Authorization'],
    }


def main():
    from importlib import metadata

    head = {
        'note': 'Written by tests/peers/huawei/signing.py; target is what the SDK sends after the host.',
        'sdk': f'huaweicloudsdkcore {metadata.version("huaweicloudsdkcore")}',
        'host': HOST,
    }
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in head.items()]
    cases = ',\n'.join(json.dumps(sign(item), ensure_ascii=False) for item in CASES)
    text = '{' + ',\n'.join(lines) + ',\n"cases": [\n' + cases + '\n]}\n'
    stale = not PATH.exists() or PATH.read_text('utf-8') != text
    if stale and '--check' not in sys.argv:
        PATH.write_text(text, 'utf-8')
    print('out of date' if stale else 'up to date')
    sys.exit(1 if stale and '--check' in sys.argv else 0)


if __name__ == '__main__':
    main()
