/** The permission table and the policies made of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importClient } from '../support/places.mjs';

const { ImsError: MainError } = await importClient();
const { ImsError, minimalPolicy, permissions, requiredActions } = await importClient('./permissions');

test('the table tells actions, dependencies and where they may be granted', () => {
  const entry = permissions['workspace.createImageServer'];
  assert.deepEqual(entry.actions, ['workspace:imageServer:create']);
  assert.deepEqual(entry.dependencies, ['ims:images:list', 'vpc:ports:get', 'vpc:subnets:get']);
  assert.equal(entry.enterpriseProject, true);
  assert.equal(entry.request, 'POST /v1/{project_id}/image-servers');
  assert.throws(() => {
    entry.actions.push('all:*:*');
  }, TypeError);
});

test('what several operations need is told once', () => {
  const { actions, dependencies } = requiredActions(
    'workspace.createImageServer',
    'workspace.recreateServerImage',
  );
  assert.deepEqual(actions, ['workspace:imageServer:create', 'workspace:imageServer:recreate']);
  assert.equal(new Set(dependencies).size, dependencies.length);
  assert.ok(dependencies.includes('vpc:ports:get') && dependencies.includes('ims:images:copyInRegion'));
});

test('a policy has one statement for each service and each action once', () => {
  assert.deepEqual(minimalPolicy(['workspace.createImageServer', 'workspace.listImages']), {
    Version: '1.1',
    Statement: [
      { Effect: 'Allow', Action: ['ims:images:list'] },
      { Effect: 'Allow', Action: ['vpc:ports:get', 'vpc:subnets:get'] },
      { Effect: 'Allow', Action: ['workspace:imageServer:create', 'workspace:images:list'] },
    ],
  });
  assert.deepEqual(minimalPolicy(['workspace.createImageServer'], { dependencies: false, version: '5.0' }), {
    Version: '5.0',
    Statement: [{ Effect: 'Allow', Action: ['workspace:imageServer:create'] }],
  });
});

test('what the table does not have is refused by field, value and rule', () => {
  const cases = [
    [() => minimalPolicy(['workspace.listImages', 'listNothing']), 'operations[1]', 'listNothing'],
    [() => minimalPolicy(['toString']), 'operations[0]', 'toString'],
    [() => minimalPolicy([]), 'operations', []],
    [() => minimalPolicy('workspace.listImages'), 'operations', 'workspace.listImages'],
    [() => minimalPolicy(['workspace.listImages'], { version: '2' }), 'version', '2'],
    [() => minimalPolicy(['workspace.listImages'], { versoin: '5.0' }), 'versoin', '5.0'],
    [() => minimalPolicy(['workspace.listImages'], { dependencies: 'no' }), 'dependencies', 'no'],
    [() => minimalPolicy(['workspace.listImages'], '5.0'), 'options', '5.0'],
    [() => requiredActions(), 'operations', []],
    [() => requiredActions(undefined), 'operations[0]', undefined],
  ];
  for (const [call, field, value] of cases) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof ImsError);
      assert.ok(error instanceof MainError, 'the errors of all entries are errors of each');
      assert.equal(error.kind, 'validation');
      assert.equal(error.field, field);
      assert.deepEqual(error.value, value);
      assert.ok(error.message.includes(error.rule));
      return true;
    });
  }
});

test('an error of something else is none of ours, and a subclass is told from its parent', () => {
  class Mine extends ImsError {}
  const details = { kind: 'service', operation: 'x', message: 'x', retryable: false, resumable: false };
  assert.ok(new Mine(details) instanceof Mine && new Mine(details) instanceof MainError);
  assert.ok(!(new ImsError(details) instanceof Mine));
  for (const other of [new Error('x'), { name: 'ImsError' }, null, undefined, 'ImsError', () => {}]) {
    assert.ok(!(other instanceof ImsError));
  }
});
