'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { functionsOf, addressByContent, drifted, readdress, storeByContent, removeUnused } = require('./code');

const service = 'serverless/example/dev';
const deployment = `${service}/1700000000000-2023-11-14T22:13:20.000Z`;
const sha256 = (text, encoding) => crypto.createHash('sha256').update(text).digest(encoding);
const keyOf = (text) => `${service}/code/${sha256(text, 'hex')}/getUser.zip`;

/** Returns a template with one function, whose code is at key. */
function templateOf(S3Key) {
  const getUser = { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'getUser', Code: { S3Key } } };
  return { Resources: { UsersTable: { Type: 'AWS::DynamoDB::Table' }, getUser } };
}

/** Returns a bucket whose objects are a map of key to content. */
function bucketOf(objects) {
  return {
    copy: async (from, to) => (objects[to] = objects[from]),
    read: async (key) => objects[key],
    list: async (prefix) => Object.keys(objects).filter((key) => key.startsWith(prefix)),
    remove: async (key) => delete objects[key],
  };
}

test('a package is stored at the address of its content, or in the folder of the deployment', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.writeFileSync(path.join(folder, 'getUser.zip'), 'one');
  const template = templateOf(`${deployment}/getUser.zip`);
  addressByContent(template, folder);
  assert.deepEqual(template, templateOf(keyOf('one')));

  const objects = { [`${deployment}/getUser.zip`]: 'one' };
  await storeByContent(template, deployment, bucketOf(objects));
  assert.deepEqual(objects, { [`${deployment}/getUser.zip`]: 'one', [keyOf('one')]: 'one' });

  readdress(functionsOf(template), deployment);
  assert.deepEqual(template, templateOf(`${deployment}/getUser.zip`));
});

for (const { name, deployed = 'one', running, found } of [
  { name: 'it runs the wanted program', running: 'one', found: 0 },
  { name: 'it runs another program', running: 'two', found: 1 },
  { name: 'the stack has another program too', deployed: 'two', running: 'two', found: 0 },
  { name: 'its program is unknown', running: undefined, found: 0 },
]) {
  test(`a function drifted if its code is not what the stack says: ${name}`, async () => {
    const codeOf = async () => running && sha256(running, 'base64');
    assert.equal((await drifted(templateOf(keyOf('one')), templateOf(keyOf(deployed)), codeOf)).length, found);
  });
}

test('a package is kept while a deployment needs it, or if the listing has no deployment', async () => {
  const packages = Object.fromEntries(['old', 'current', 'unused'].map((text) => [keyOf(text), text]));
  const kept = { ...packages };
  await removeUnused(service, bucketOf(kept));
  assert.deepEqual(Object.values(kept), ['old', 'current', 'unused']);

  const compiled = (text) => [`${service}/${text}/compiled-cloudformation-template.json`, JSON.stringify(templateOf(keyOf(text)))];
  const objects = { ...packages, ...Object.fromEntries(['old', 'current'].map(compiled)) };
  await removeUnused(service, bucketOf(objects));
  assert.deepEqual(Object.keys(packages).map((key) => objects[key]), ['old', 'current', undefined]);
});
