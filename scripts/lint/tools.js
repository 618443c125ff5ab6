'use strict';

// The tools that check templates, aws-sam-cli and cfn-lint, in their locked versions.
// They are installed once into a virtual environment in .cache/templates.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.resolve(__dirname, '../..');
const cache = path.join(root, '.cache', 'templates');
const bin = path.join(cache, 'venv', 'bin');

/** Installs the tools unless they are installed. */
function install() {
  const lock = path.join(__dirname, 'requirements.txt');
  const stamp = path.join(cache, '.installed');
  const wanted = crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  console.error('installing aws-sam-cli and cfn-lint …');
  fs.mkdirSync(cache, { recursive: true });
  run('python3', ['-m', 'venv', '--clear', path.join(cache, 'venv')]);
  // The lock has everything that is needed. Without --no-deps pip requires hashes of extras too.
  const options = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--no-deps', '-r', lock];
  run(path.join(bin, 'python'), ['-m', 'pip', 'install', ...options]);
  fs.writeFileSync(stamp, wanted);
}

/** Runs cfn-lint, which knows what CloudFormation accepts. */
function cfnLint(templates) {
  run(path.join(bin, 'cfn-lint'), ['--config-file', path.join(__dirname, 'config.yaml'), '--template', ...templates]);
}

/** Runs SAM's command line without its telemetry and without a way to the network. */
function sam(args, environment) {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LANG: 'C.UTF-8',
    SAM_CLI_TELEMETRY: '0',
    __SAM_CLI_APP_DIR: path.join(cache, 'sam'),
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    HTTPS_PROXY: 'http://127.0.0.1:9', // Nobody listens here.
    HTTP_PROXY: 'http://127.0.0.1:9',
    ...environment,
  };
  return run(path.join(bin, 'sam'), args, { env });
}

/** Returns what transform.py makes of jobs, a list of {template, parameters}. */
function transform(jobs) {
  const options = { input: JSON.stringify(jobs), maxBuffer: 100 << 20 };
  return JSON.parse(run(path.join(bin, 'python'), [path.join(__dirname, 'transform.py')], options));
}

/** Runs a command in the root and returns its output. Throws with the output if it fails. */
function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} does not exist: install Python 3.10 or newer with venv`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} failed\n${stdout}${stderr}`.trim());
  return stdout;
}

module.exports = { install, cfnLint, sam, transform, root };
