'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { execFileSync } = require('node:child_process');
const { buildFunctions } = require('./build');

const functions = { getUser: 'functions/get-user' };

/** Makes a Go module with a function whose program is source. */
function project(t, source = 'package main\n\nfunc main() { println("hello") }\n') {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'build-'));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  fs.mkdirSync(path.join(root, 'functions', 'get-user'), { recursive: true });
  fs.writeFileSync(path.join(root, 'go.mod'), 'module example\n\ngo 1.24\n');
  fs.writeFileSync(path.join(root, 'functions', 'get-user', 'main.go'), source);
  return root;
}

test('the same sources give the same package in another folder and time zone', (t) => {
  const script = 'require(process.argv[1]).buildFunctions(JSON.parse(process.argv[2]))';
  const packages = ['Asia/Kolkata', 'America/Los_Angeles'].map((TZ) => {
    const root = project(t);
    const args = ['-e', script, require.resolve('./build'), JSON.stringify({ root, architecture: 'arm64', functions })];
    execFileSync(process.execPath, args, { env: { ...process.env, TZ } });
    return fs.readFileSync(path.join(root, '.serverless', 'getUser.zip'));
  });
  assert.ok(packages[0].equals(packages[1]));
});

test('a package has one executable, bootstrap, for the architecture', async (t) => {
  const root = project(t);
  const { getUser } = await buildFunctions({ root, architecture: 'x86_64', functions });
  // https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12
  const zip = fs.readFileSync(path.join(root, getUser));
  const entry = zip.subarray(zip.indexOf('PK\x01\x02'));
  assert.deepEqual([entry.toString('utf8', 46, 46 + entry.readUInt16LE(28)), entry.readUInt32LE(38) >>> 16], ['bootstrap', 0o100755]);
  // https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
  assert.equal(fs.readFileSync(path.join(root, '.build/linux-amd64/get-user')).readUInt16LE(18), 62);
});

for (const { name, source, handler = 'functions/get-user', says } of [
  { name: 'a mistake in the source', source: 'package main\n\nfunc main() { return 1 }\n', says: /get-user\/main\.go:3:22: too many return values/ },
  { name: 'a handler that is not a folder', handler: 'functions/get-usr', says: /functions\/get-usr: directory not found/ },
]) {
  test(`${name} is explained, and leaves no package`, async (t) => {
    const root = project(t, source);
    await assert.rejects(buildFunctions({ root, architecture: 'arm64', functions: { getUser: handler } }), says);
    assert.equal(fs.existsSync(path.join(root, '.serverless', 'getUser.zip')), false);
  });
}
