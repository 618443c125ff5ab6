'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const test = require('node:test');
const { zipBootstrap } = require('./zip');

function temporary(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'zip-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('the same program gives the same bytes in another folder, at another time, in another zone', async (t) => {
  const program = Buffer.from('a program '.repeat(10_000));
  const packages = [];
  for (const zone of ['UTC', 'America/Los_Angeles', 'Asia/Kolkata']) {
    const dir = temporary(t);
    const binary = path.join(dir, `get-user-${zone.length}`);
    fs.writeFileSync(binary, program, { mode: 0o600 });
    fs.utimesSync(binary, packages.length * 1000, packages.length * 1e6);
    const target = path.join(dir, 'out', 'getUser.zip');
    const { status, stderr } = spawnSync(
      process.execPath,
      ['-e', 'require(process.argv[1]).zipBootstrap(process.argv[2], process.argv[3])', require.resolve('./zip'), binary, target],
      { env: { ...process.env, TZ: zone }, encoding: 'utf8' }
    );
    assert.equal(status, 0, stderr);
    packages.push(fs.readFileSync(target));
  }
  assert.ok(packages[0].equals(packages[1]) && packages[0].equals(packages[2]));
});

test('the program is bootstrap at the root, and may be executed', async (t) => {
  const dir = temporary(t);
  fs.writeFileSync(path.join(dir, 'get-user'), 'a program');
  await zipBootstrap(path.join(dir, 'get-user'), path.join(dir, 'getUser.zip'));
  const entries = await list(path.join(dir, 'getUser.zip'));
  assert.deepEqual(entries, [{ name: 'bootstrap', mode: '100755' }]);
});

test('a program that is not there leaves no package', async (t) => {
  const dir = temporary(t);
  const target = path.join(dir, 'getUser.zip');
  await assert.rejects(zipBootstrap(path.join(dir, 'none'), target), /ENOENT/);
  assert.deepEqual(fs.readdirSync(dir), []);
});

/** The entries of a zip, read by another library than the one that wrote it. */
function list(file) {
  return new Promise((resolve, reject) => {
    require('yauzl').open(file, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error);
      const entries = [];
      zip.on('entry', ({ fileName, externalFileAttributes }) => {
        entries.push({ name: fileName, mode: (externalFileAttributes >>> 16).toString(8) });
        zip.readEntry();
      });
      zip.on('end', () => resolve(entries));
      zip.on('error', reject);
      zip.readEntry();
    });
  });
}
