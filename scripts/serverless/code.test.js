'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { addressByContent, readdressAll, readdressDrifted, storeByContent, removeUnused } = require('./code');

const service = 'serverless/users-api/dev';
const deployment = `${service}/1700000000000-2023-11-14T22:13:20.000Z`;
const sha256 = (text, encoding) => crypto.createHash('sha256').update(text).digest(encoding);
const keyOf = (name, text) => `${service}/code/${sha256(text, 'hex')}/${name}.zip`;

/** A template whose functions, a map of name to key, have their code there. */
function templateOf(keys) {
  return {
    Resources: {
      UsersTable: { Type: 'AWS::DynamoDB::Table', Properties: {} },
      ...Object.fromEntries(
        Object.entries(keys).map(([name, S3Key]) => [
          name,
          { Type: 'AWS::Lambda::Function', Properties: { FunctionName: `users-api-dev-${name}`, Code: { S3Key } } },
        ])
      ),
    },
  };
}

function keysIn(template) {
  return Object.fromEntries(
    Object.entries(template.Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([name, { Properties }]) => [name, Properties.Code.S3Key])
  );
}

/** A bucket in memory: a map of key to content. */
function bucketOf(objects) {
  return {
    objects,
    has: async (key) => key in objects,
    copy: async (from, to) => {
      assert.ok(from in objects, `${from} is not in the bucket`);
      objects[to] = objects[from];
    },
    read: async (key) => objects[key],
    list: async (prefix) => Object.keys(objects).filter((key) => key.startsWith(prefix)),
    remove: async (keys) => keys.forEach((key) => delete objects[key]),
  };
}

test('a package has the address of its content', (t) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  fs.mkdirSync(path.join(root, '.serverless'));
  fs.writeFileSync(path.join(root, '.serverless', 'getUser.zip'), 'one');
  fs.writeFileSync(path.join(root, '.serverless', 'listUsers.zip'), 'two');
  const template = templateOf({ getUser: `${deployment}/getUser.zip`, listUsers: `${deployment}/listUsers.zip` });
  addressByContent(template, '.serverless', root);
  assert.deepEqual(keysIn(template), { getUser: keyOf('getUser', 'one'), listUsers: keyOf('listUsers', 'two') });
});

test('a function is updated when its code is not what CloudFormation believes, and only then', async () => {
  const wanted = keyOf('getUser', 'one');
  const cases = [
    { name: 'it runs what is wanted', deployed: wanted, running: 'one', key: wanted, drifted: false },
    { name: 'another program was put there', deployed: wanted, running: 'two', key: `${deployment}/getUser.zip`, drifted: true },
    { name: 'the stack has another program too', deployed: keyOf('getUser', 'two'), running: 'two', key: wanted, drifted: false },
    { name: 'nobody can tell what it runs', deployed: wanted, running: undefined, key: wanted, drifted: false },
    { name: 'the first deployment', deployed: undefined, running: undefined, key: wanted, drifted: false },
  ];
  for (const { name, deployed, running, key, drifted } of cases) {
    const template = templateOf({ getUser: wanted });
    const before = templateOf(deployed ? { getUser: deployed } : {});
    const codeOf = async (fn) => {
      assert.equal(fn, 'users-api-dev-getUser');
      return running && sha256(running, 'base64');
    };
    assert.equal(await readdressDrifted(template, before, deployment, codeOf), drifted, name);
    assert.deepEqual(keysIn(template), { getUser: key }, name);
  }
});

test('a forced deployment updates all functions', () => {
  const template = templateOf({ getUser: keyOf('getUser', 'one'), listUsers: keyOf('listUsers', 'two') });
  readdressAll(template, deployment);
  assert.deepEqual(keysIn(template), { getUser: `${deployment}/getUser.zip`, listUsers: `${deployment}/listUsers.zip` });
});

test('what was uploaded is copied to its address, once', async () => {
  const [one, two] = [keyOf('getUser', 'one'), keyOf('listUsers', 'two')];
  const bucket = bucketOf({ [`${deployment}/getUser.zip`]: 'one', [two]: 'two' });
  await storeByContent(templateOf({ getUser: one, listUsers: two, putUser: `${deployment}/putUser.zip` }), deployment, bucket);
  assert.deepEqual(bucket.objects, { [`${deployment}/getUser.zip`]: 'one', [one]: 'one', [two]: 'two' });
});

test('packages stay while a deployment that is kept needs them', async () => {
  const [old, current, unused] = ['one', 'two', 'three'].map((text) => keyOf('getUser', text));
  const compiled = (key) => JSON.stringify(templateOf({ getUser: key }));
  const bucket = bucketOf({
    [`${service}/1-2023-11-14T22:13:20.000Z/compiled-cloudformation-template.json`]: compiled(old),
    [`${service}/2-2023-11-15T22:13:20.000Z/compiled-cloudformation-template.json`]: compiled(current),
    [`${service}/2-2023-11-15T22:13:20.000Z/getUser.zip`]: 'two',
    [old]: 'one',
    [current]: 'two',
    [unused]: 'three',
  });
  await removeUnused(service, bucket);
  assert.deepEqual(Object.keys(bucket.objects).filter((key) => key.includes('/code/')), [old, current]);
});

test('nothing is removed where no deployment is to be seen', async () => {
  const bucket = bucketOf({ [keyOf('getUser', 'one')]: 'one' });
  await removeUnused(service, bucket);
  assert.equal(Object.keys(bucket.objects).length, 1);
});
