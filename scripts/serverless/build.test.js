'use strict';

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { buildFunctions, BuildError } = require('./build');

const hello = 'package main\n\nfunc main() { println("hello") }\n';

/** A Go module with one program for each of sources, a map of folder to main.go. */
function project(t, sources) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'build-'));
  t.after(() => fs.rmSync(root, { recursive: true, force: true }));
  fs.writeFileSync(path.join(root, 'go.mod'), 'module example\n\ngo 1.24\n');
  for (const [folder, source] of Object.entries(sources)) {
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    fs.writeFileSync(path.join(root, folder, 'main.go'), source);
  }
  return root;
}

function hash(...file) {
  return crypto.createHash('sha256').update(fs.readFileSync(path.join(...file))).digest('hex');
}

test('the same sources in two folders give the same packages', async (t) => {
  const hashes = [];
  for (let i = 0; i < 2; i++) {
    const root = project(t, { 'functions/get-user': hello });
    const { getUser } = await buildFunctions({
      root,
      architecture: 'arm64',
      functions: { getUser: 'functions/get-user' },
    });
    assert.equal(getUser, path.join('.serverless', 'getUser.zip'));
    hashes.push(hash(root, getUser));
  }
  assert.equal(hashes[0], hashes[1]);
});

test('the program is for the architecture asked for, and only the functions asked for are built', async (t) => {
  // https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html, e_machine
  const machines = { arm64: 183, x86_64: 62 };
  for (const [architecture, machine] of Object.entries(machines)) {
    const root = project(t, { 'functions/get-user': hello, 'functions/broken': 'package main\n\nfunc main() { x }\n' });
    await buildFunctions({ root, architecture, functions: { getUser: 'functions/get-user' } });
    const goarch = architecture === 'arm64' ? 'arm64' : 'amd64';
    const binary = fs.readFileSync(path.join(root, '.build', `linux-${goarch}`, 'get-user'));
    assert.equal(binary.readUInt16LE(18), machine);
  }
});

test('what cannot be built says why', async (t) => {
  const cases = [
    {
      name: 'a mistake in the source',
      functions: { getUser: 'functions/get-user' },
      source: 'package main\n\nfunc main() { return 1 }\n',
      says: /functions\/get-user\/main\.go:3:22: too many return values/,
    },
    {
      name: 'a handler that is no folder',
      functions: { getUser: 'functions/get-usr' },
      source: hello,
      says: /function getUser: functions\/get-usr\/main\.go does not exist; handler in serverless\.yml has to be/,
    },
    {
      name: 'an architecture that Lambda has not',
      functions: { getUser: 'functions/get-user' },
      source: hello,
      architecture: 'mips',
      says: /architecture "mips": use arm64 or x86_64/,
    },
    {
      name: 'a machine without Go',
      functions: { getUser: 'functions/get-user' },
      source: hello,
      path: '/nowhere',
      says: /go is not on the PATH; install Go/,
    },
  ];
  for (const { name, functions, source, architecture = 'arm64', path: searched, says } of cases) {
    await t.test(name, async (t) => {
      const root = project(t, { 'functions/get-user': source });
      const before = process.env.PATH;
      if (searched) process.env.PATH = searched;
      try {
        await assert.rejects(buildFunctions({ root, architecture, functions }), (error) => {
          assert.ok(error instanceof BuildError);
          assert.match(error.message, says);
          return true;
        });
      } finally {
        process.env.PATH = before;
      }
      assert.equal(fs.existsSync(path.join(root, '.serverless', 'getUser.zip')), false);
    });
  }
});
