'use strict';

// A copy of the service in a folder of its own, packaged by the real framework
// and this plugin, with a go that compiles nothing: what tests and lint want to
// see is the template. No account, no credentials, no way to the network.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.resolve(__dirname, '../../..');
const needed = ['package.json', 'serverless.yml', 'resources', 'scripts/serverless', 'pkg/user/schema.json'];
const functions = ['list-users', 'get-user', 'create-user', 'update-user', 'delete-user', 'authorizer'];

// Writes for each ./functions/x that it is to build the program x.
const fakeGo = `#!/bin/sh
while [ "$1" != -o ]; do shift; done
out=$2; shift 2
for folder; do echo "program $folder for $GOARCH" > "$out\${folder##*/}"; done
`;

/** Makes the copy; its folder is gone when dispose is called. */
function copyService() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'users-api-'));
  for (const name of needed) {
    fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
  }
  for (const name of functions) write(path.join(dir, 'functions', name, 'main.go'), 'package main\n');
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
  write(path.join(dir, 'bin', 'go'), fakeGo);
  fs.chmodSync(path.join(dir, 'bin', 'go'), 0o755);
  return { dir, dispose: () => fs.rmSync(dir, { recursive: true, force: true }) };
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** Runs the framework in the copy: its exit code and all that it said. */
function serverless({ dir }, args, environment = {}) {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules', 'osls', 'bin', 'serverless.js'), ...args],
    {
      cwd: dir,
      encoding: 'utf8',
      env: {
        PATH: `${path.join(dir, 'bin')}:${process.env.PATH}`,
        HOME: dir,
        AWS_EC2_METADATA_DISABLED: 'true',
        // Where nobody listens: a request to the network fails at once.
        HTTPS_PROXY: 'http://127.0.0.1:9',
        HTTP_PROXY: 'http://127.0.0.1:9',
        NO_COLOR: '1',
        ...environment,
      },
    }
  );
  if (error) throw error;
  return { status, output: stdout + stderr };
}

/** The template of a stage, with parameters such as {cacheSize: '0.5'}; packaged anew each time. */
function compiledTemplate(service, stage, parameters = {}) {
  const given = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const { status, output } = serverless(service, ['package', '--stage', stage, ...given]);
  if (status !== 0) throw new Error(`serverless package --stage ${stage} failed:\n${output}`);
  const file = path.join(service.dir, '.serverless', 'cloudformation-template-update-stack.json');
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

module.exports = { copyService, serverless, compiledTemplate };
