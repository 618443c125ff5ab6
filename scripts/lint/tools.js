'use strict';

// The tools that check templates, aws-sam-cli, cfn-lint and checkov, where `make lint` and
// `make test` install them.

const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.resolve(__dirname, '../..');
const cache = path.join(root, '.cache', 'linters');
const bin = path.join(cache, 'bin');
const nowhere = 'http://127.0.0.1:9'; // Nobody listens there: a request to the network fails at once.
const offline = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere };

/** Runs cfn-lint, which knows what CloudFormation accepts. */
function cfnLint(templates) {
  python('cfn-lint', ['--config-file', path.join(__dirname, 'config.yaml'), '--template', ...templates]);
}

/** Runs checkov, which knows insecure settings, and returns its summary. Templates that it cannot read count as errors in it. */
function checkov(templates) {
  const command = path.join(root, '.cache', 'checkov', 'bin', 'checkov');
  const args = ['--config-file', path.join(__dirname, 'checkov', 'config.yaml'), '--file', ...templates];
  return run(path.join(path.dirname(command), 'python'), [command, ...args], { env: offline });
}

/** Runs SAM's command line without its telemetry and without a way to the network. */
function sam(args, environment) {
  const env = {
    ...offline,
    SAM_CLI_TELEMETRY: '0',
    __SAM_CLI_APP_DIR: path.join(cache, 'sam'),
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...environment,
  };
  return python('sam', args, { env });
}

/** Returns what transform.py makes of jobs, a list of {template, parameters}. */
function transform(jobs) {
  const options = { input: JSON.stringify(jobs), maxBuffer: 100 << 20 };
  return JSON.parse(run(path.join(bin, 'python'), [path.join(__dirname, 'transform.py')], options));
}

/** Returns the IAM actions with which CloudFormation makes, changes and removes resources of these types, as Amazon publishes them in the types' schemas. */
function actionsOf(types) {
  const program = `
import json, sys
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas
handlers = [h for t in sys.argv[1:] for name, h in schemas.get_resource_schema("us-east-1", t).schema.get("handlers", {}).items() if name != "list"]
json.dump(sorted({action for h in handlers for action in h["permissions"]}), sys.stdout)`;
  return JSON.parse(run(path.join(bin, 'python'), ['-c', program, ...types]));
}

/** Runs a Python command. It does not rely on its first line, which is wrong after the repository's folder was moved. */
function python(command, args, options) {
  return run(path.join(bin, 'python'), [path.join(bin, command), ...args], options);
}

/** Runs a command in the root and returns its output. Throws with the output if it fails. */
function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} does not exist: run "make lint", which installs it`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} failed\n${stdout}${stderr}`.trim());
  return stdout;
}

module.exports = { cfnLint, checkov, sam, transform, actionsOf, run, offline, root };
