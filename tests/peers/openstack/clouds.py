"""Writes fixtures/openstack/clouds.json: files and variables, and what openstacksdk makes of them.

Each case has the files of a folder (`work/…` is the current folder, `home/…` the user's, `xdg/…` is
$XDG_CONFIG_HOME where the case sets it), environment variables, and what is asked for. Its `result` is the
configuration that openstacksdk comes to, or the error it ends with. Each runs in a process of its own,
because the SDK looks at the current folder and the home when it is imported.

    python3 -m venv .cache/openstacksdk
    .cache/openstacksdk/bin/pip install -r tests/peers/openstack/requirements.txt
    .cache/openstacksdk/bin/python tests/peers/openstack/clouds.py           renews the results
    .cache/openstacksdk/bin/python tests/peers/openstack/clouds.py --check   fails where they are out of date
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

PATH = pathlib.Path(__file__).resolve().parents[2] / 'fixtures' / 'openstack' / 'clouds.json'


def resolve(asked):
    """Runs inside the case's process: what the SDK comes to."""
    import warnings

    from openstack.config import loader

    warnings.simplefilter('ignore')
    try:
        cloud = loader.OpenStackConfig().get_one(**asked)
    except Exception as error:  # pylint: disable=broad-except
        return {'error': f'{type(error).__name__}: {error}'}
    verify, certificate = cloud.get_requests_verify_args()
    return {
        'cloud': cloud.name,
        'region': cloud.region_name,
        'authType': cloud.config.get('auth_type'),
        'auth': dict(sorted(cloud.config['auth'].items())),
        'interface': cloud.get_interface('image'),
        'imageRegion': cloud.get_region_name('image'),
        'imageEndpoint': cloud.get_endpoint('image'),
        'verify': verify,
        'certificate': certificate,
    }


def run(case):
    """The result of a case; paths of the temporary folder become {folder}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name in ('work', 'home'):
            (root / name).mkdir()
        for name, text in case['files'].items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text.replace('{folder}', str(root)), 'utf-8')
        environment = {
            'HOME': str(root / 'home'),
            'PATH': os.environ['PATH'],
            # What is installed on this machine is no part of a case.
            'XDG_CONFIG_DIRS': str(root / 'site'),
            **{name: value.replace('{folder}', str(root)) for name, value in case['environment'].items()},
        }
        done = subprocess.run(
            [sys.executable, __file__, '--resolve', json.dumps(case['asked'])],
            cwd=root / 'work', env=environment, capture_output=True, text=True, timeout=60, check=False,
        )
        if done.returncode:
            raise SystemExit(f'{case["case"]}: {done.stderr}')
        return json.loads(done.stdout.replace(str(root), '{folder}'))


def main():
    if sys.argv[1:2] == ['--resolve']:
        print(json.dumps(resolve(json.loads(sys.argv[2]))))
        return
    fixture = json.loads(PATH.read_text('utf-8'))
    for case in fixture['cases']:
        case['result'] = run(case)
    from importlib import metadata

    head = {
        'note': 'The results are written by tests/peers/openstack/clouds.py.',
        'sdk': f'openstacksdk {metadata.version("openstacksdk")}',
    }
    lines = [f'{json.dumps(key)}: {json.dumps(value)}' for key, value in head.items()]
    cases = ',\n'.join(json.dumps(case, ensure_ascii=False) for case in fixture['cases'])
    text = '{' + ',\n'.join(lines) + ',\n"cases": [\n' + cases + '\n]}\n'
    stale = text != PATH.read_text('utf-8')
    if stale and '--check' not in sys.argv:
        PATH.write_text(text, 'utf-8')
    print('out of date' if stale else 'up to date')
    sys.exit(1 if stale and '--check' in sys.argv else 0)


if __name__ == '__main__':
    main()
