'use strict';

// The tools that check templates: aws-sam-cli and cfn-lint, in a virtual environment
// in .cache/templates, which is made when it is not there in the locked versions.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.resolve(__dirname, '../..');
const cache = path.join(root, '.cache', 'templates');
const bin = path.join(cache, 'venv', 'bin');

/** Brings the tools in their locked versions, unless they are there. */
function install() {
  const lock = path.join(__dirname, 'requirements.txt');
  const stamp = path.join(cache, '.installed');
  const wanted = crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  console.error('installing aws-sam-cli and cfn-lint …');
  fs.mkdirSync(cache, { recursive: true });
  run('python3', ['-m', 'venv', '--clear', path.join(cache, 'venv')]);
  // The lock names all that is needed: --no-deps, or pip wants hashes for extras too.
  run(path.join(bin, 'python'), [
    '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--no-deps', '-r', lock,
  ]);
  fs.writeFileSync(stamp, wanted);
}

const cfnLint = (args, options) => run(path.join(bin, 'cfn-lint'), args, options);

/** SAM's command line, which reports nothing to anybody and looks nothing up. */
function sam(args, environment) {
  return run(path.join(bin, 'sam'), args, { env: samEnvironment(environment) });
}

function samEnvironment(environment) {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LANG: 'C.UTF-8',
    SAM_CLI_TELEMETRY: '0',
    __SAM_CLI_APP_DIR: path.join(cache, 'sam'),
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Where nobody listens: a request to the network fails at once.
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
    NO_COLOR: '1',
    ...environment,
  };
}

/** What transform.py makes of the jobs, {template, parameters} each. */
function transform(jobs) {
  const output = run(path.join(bin, 'python'), [path.join(__dirname, 'transform.py')], {
    input: JSON.stringify(jobs),
    maxBuffer: 100 << 20,
  });
  return JSON.parse(output);
}

/** Runs a command and gives its output; where it fails, that is the error. */
function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} is not there: install Python 3.10 or newer with venv`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} failed\n${stdout ?? ''}${stderr ?? ''}`.trim());
  return stdout;
}

module.exports = { install, cfnLint, sam, transform, root, cache };
