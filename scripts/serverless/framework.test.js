'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { requireOwn } = require('./framework');

test('another framework is refused', () => {
  const Foreign = class { version = '4.43.0'; classes = { Error }; };
  assert.throws(() => requireOwn(new Foreign()), /another one \(version 4\.43\.0\): type "npx serverless \.\.\."/);
});

test('Serverless Framework 2 to 4 find ours where they look before they start', () => {
  const folder = path.join(__dirname, '../../node_modules/serverless');
  assert.equal(fs.realpathSync(path.join(path.dirname(require.resolve('serverless')), '..')), fs.realpathSync(folder));
  assert.ok(fs.existsSync(path.join(folder, 'bin/serverless.js')));
  assert.equal(require(path.join(folder, 'package.json')).name, 'osls');
  // Serverless Framework 4 starts a version below 4, and what is no version is below all.
  assert.match(require('../../package.json').devDependencies.serverless, /^npm:osls@/);
});
