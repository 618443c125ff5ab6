'use strict';

// The tools that check templates, aws-sam-cli, cfn-lint and checkov, where `make lint` and
// `make test` install them.

const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.resolve(__dirname, '../..');
const nowhere = 'http://127.0.0.1:9'; // Nobody listens there: a request to the network fails at once.
const offline = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere };

/** Runs cfn-lint, which knows what CloudFormation accepts. */
function cfnLint(templates) {
  python('linters', [bin('linters', 'cfn-lint'), '--config-file', path.join(__dirname, 'config.yaml'), '--template', ...templates]);
}

/** Runs checkov, which knows insecure settings, and returns its summary. Templates that it cannot read count as errors in it. */
function checkov(templates) {
  return python('checkov', [bin('checkov', 'checkov'), '--config-file', path.join(__dirname, 'checkov', 'config.yaml'), '--file', ...templates]);
}

/** Runs SAM's command line without its telemetry. */
function sam(args, environment) {
  const folder = path.join(root, '.cache', 'linters', 'sam');
  const env = { SAM_CLI_TELEMETRY: '0', __SAM_CLI_APP_DIR: folder, AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  return python('linters', [bin('linters', 'sam'), ...args], { env: { ...offline, ...env } });
}

/** Returns what transform.py makes of jobs, a list of {template, parameters}. */
function transform(jobs) {
  return JSON.parse(python('linters', [path.join(__dirname, 'transform.py')], { input: JSON.stringify(jobs) }));
}

/** Returns the IAM actions with which CloudFormation makes, changes and removes resources of these types, as Amazon publishes them in the types' schemas. */
function actionsOf(types) {
  const program = `
import json, sys
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as schemas
handlers = [h for t in sys.argv[1:] for name, h in schemas.get_resource_schema("us-east-1", t).schema.get("handlers", {}).items() if name != "list"]
json.dump(sorted({action for h in handlers for action in h["permissions"]}), sys.stdout)`;
  return JSON.parse(python('linters', ['-c', program, ...types]));
}

const bin = (tools, command) => path.join(root, '.cache', tools, 'bin', command);

/**
 * Runs the Python of some tools without a way to the network. A command of the tools is an
 * argument, since its first line is wrong after the repository's folder was moved.
 */
function python(tools, args, options) {
  return run(bin(tools, 'python'), args, { env: offline, maxBuffer: 100 << 20, ...options });
}

/** Runs a command in the root and returns its output. Throws with the output if it fails. */
function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8', ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} does not exist: run "make lint", which installs it`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} ${path.basename(args[0])} failed\n${stdout}${stderr}`.trim());
  return stdout;
}

module.exports = { cfnLint, checkov, sam, transform, actionsOf, run, offline, root };
