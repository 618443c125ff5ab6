'use strict';

// Packages copies of the service with the real framework and the plugin, and with a go
// that compiles nothing: tests read the template. It needs no account, no credentials
// and no network.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createRequire } = require('node:module');
const { promisify } = require('node:util');
const execFile = promisify(require('node:child_process').execFile);

const root = path.resolve(__dirname, '../../..');
const schemas = fs.readdirSync(path.join(root, 'pkg')).map((name) => `pkg/${name}/schema.json`).filter((file) => fs.existsSync(path.join(root, file)));
const needed = ['package.json', 'serverless.yml', 'functions', 'resources', 'scripts/serverless', ...schemas, 'pkg/credential/identity.json'];

// Writes a program for each package that it is asked to build.
const fakeGo = `#!/bin/sh
while [ "$1" != -o ]; do shift; done
out=$2; shift 2
for folder; do echo "program $folder for $GOARCH" > "$out\${folder##*/}"; done
`;

/** Reads a YAML file of the repository. */
function readYAML(name) {
  const yaml = createRequire(require.resolve('serverless/package.json'))('js-yaml');
  return yaml.load(fs.readFileSync(path.join(root, name), 'utf8'));
}

/** serverless.yml with its variables unresolved, and the http events of its functions. */
const definition = readYAML('serverless.yml');
const routes = Object.values(definition.functions).flatMap(({ events = [] }) => events.map(({ http }) => http));

/** The parameters that use everything which is off by default. */
const everything = {
  identityHeader: 'x-api-key', corsOrigins: 'https://a.example,https://b.example', alarmTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
  throttleRate: '7', writeThrottleRate: '5', cacheSize: '0.5', bodyValidation: 'gateway', detailedMetrics: 'true', reservedConcurrency: '50', provisionedConcurrency: '2',
  permissionsBoundary: 'boundary', partners: 'acme, globex', partnerKeySource: 'AUTHORIZER', partnerRate: '3', partnerBurst: '4', partnerQuota: '5', partnerQuotaPeriod: 'DAY',
  domain: 'api.example.com', certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1', hostedZoneId: 'Z0123456789ABC',
  webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:regional/webacl/users/1', kmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
  terminationProtection: 'false',
};

/** Returns the compiled template of a stage, with parameters such as {cacheSize: '0.5'}. Rejects with the framework's output. */
async function compiledTemplate(stage, parameters = {}) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'service-'));
  try {
    for (const name of needed) fs.cpSync(path.join(root, name), path.join(dir, name), { recursive: true });
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(dir, 'node_modules'));
    fs.mkdirSync(path.join(dir, 'bin'));
    fs.writeFileSync(path.join(dir, 'bin', 'go'), fakeGo, { mode: 0o755 });
    await serverless(dir, 'package', '--stage', stage, ...Object.entries(parameters).map((given) => `--param=${given.join('=')}`));
    return JSON.parse(fs.readFileSync(path.join(dir, '.serverless', 'cloudformation-template-update-stack.json'), 'utf8'));
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs the framework in dir. */
async function serverless(dir, ...args) {
  const nowhere = 'http://127.0.0.1:9'; // Nobody listens there: a request to the network fails at once.
  const PATH = `${path.join(dir, 'bin')}:${process.env.PATH}`;
  const env = { PATH, HOME: dir, AWS_EC2_METADATA_DISABLED: 'true', HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere };
  try {
    await execFile(process.execPath, [path.join(root, 'node_modules/serverless/bin/serverless.js'), ...args], { cwd: dir, env });
  } catch ({ stdout, stderr }) {
    throw new Error(`serverless ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

module.exports = { root, readYAML, definition, routes, everything, compiledTemplate };
