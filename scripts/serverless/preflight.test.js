'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { Readable } = require('node:stream');
const { createRequire } = require('node:module');
const { preflight } = require('./preflight');
const { findRegion, region } = require('./region');

// Amazon's answers, in the form of the API references of its services, and what is said of them.
const { answers: account, cases } = require('./testing/account.json');
const { HttpResponse } = createRequire(require.resolve('serverless/package.json'))('@smithy/core/protocols');

/** Runs the preflight of a command, with answers in place of Amazon's. Returns {says, problems, asked}. */
async function run({ stage = 'dev', answers = {}, wanted = {}, reservedConcurrency = null, commands = ['deploy'], options = { region: 'eu-central-1' } }) {
  const says = [], asked = [];
  const handle = async ({ hostname, path: target }) => {
    const name = [target.split('/').at(-1), hostname.split('.')[0]].find((each) => each in account);
    asked.push(name);
    const [statusCode, body, headers = {}] = { ...account, ...answers }[name];
    return { response: new HttpResponse({ statusCode, headers, body: Readable.from([body]) }) };
  };
  const functions = ['getUser', 'listUsers'].map((name) => ({ name: `example-dev-${name}`, reservedConcurrency }));
  const config = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, maxAttempts: 1, requestHandler: { handle } };
  const plugin = {
    options,
    log: { notice: (text) => says.push(text), warning: (text) => says.push(text) },
    serverless: { classes: { Error }, processedInput: { commands }, service: { custom: { preflight: wanted }, functions } },
    provider: { getStage: () => stage, getRegion: () => 'eu-central-1', naming: { getStackName: () => 'example-dev' }, getAwsSdkV3Config: async () => config },
  };
  const refusal = await preflight(plugin).then(() => `nothing was done for stage ${stage}:`, ({ message }) => message);
  const [start, ...problems] = refusal.trim().split('\n  - ');
  assert.equal(start, `nothing was done for stage ${stage}:`);
  return { says, problems, asked };
}

for (const { name, problems = [], says = [], ...given } of cases) {
  test(`a deployment looks at the account first: ${name}`, async () => {
    const found = await run(given);
    const compare = (texts, parts) => assert.ok(texts.length === parts.length && texts.every((text, i) => text.includes(parts[i])), texts.join('\n'));
    compare(found.problems, problems);
    compare(found.says, says);
  });
}

test('other commands ask the account nothing', async () => {
  for (const commands of [['package'], ['deploy', 'function'], ['logs']]) assert.deepEqual((await run({ commands })).asked, []);
});

test('the region is that of the AWS tools, and only packaging needs none', async (t) => {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'aws-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const profiles = '[default]\nregion = eu-north-1\n[profile work]\nsso_session = corp\nregion = eu-central-1\n[sso-session corp]\nsso_region = us-west-2\n';
  fs.writeFileSync(path.join(folder, 'config'), profiles);
  for (const { is, options = {}, ...env } of [
    { is: 'eu-north-1' },
    { AWS_PROFILE: 'work', is: 'eu-central-1' },
    { AWS_DEFAULT_PROFILE: 'work', is: 'eu-central-1' },
    { AWS_DEV_PROFILE: 'work', is: 'eu-central-1' }, // the framework's variable for stage dev
    { options: { 'aws-profile': 'work' }, is: 'eu-central-1' },
    { AWS_PROFILE: 'work', AWS_DEFAULT_REGION: 'eu-west-2', is: 'eu-west-2' },
    { AWS_PROFILE: 'work', AWS_DEFAULT_REGION: 'eu-west-2', AWS_REGION: 'eu-west-1', is: 'eu-west-1' },
    { AWS_REGION: 'eu-west-1', options: { region: 'sa-east-1' }, is: 'sa-east-1' },
    { AWS_REGION: '', AWS_CONFIG_FILE: '/dev/null', is: undefined },
  ]) {
    process.env = { AWS_CONFIG_FILE: path.join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...env };
    assert.equal(await findRegion(options, 'dev'), is, JSON.stringify(env));
  }
  assert.equal(await region({ options: {}, resolveVariable: async () => 'dev' }), 'us-east-1');
  assert.match((await run({ commands: ['logs'], options: {} })).problems[0], /there is no region: give --region, set AWS_REGION, or set AWS_PROFILE/);
  assert.deepEqual((await run({ commands: ['package'], options: {} })).problems, []);
});

test('Serverless Framework 2 to 4 find ours where they look before they start', () => {
  const folder = path.join(__dirname, '../../node_modules/serverless');
  assert.equal(fs.realpathSync(path.join(path.dirname(require.resolve('serverless')), '..')), fs.realpathSync(folder));
  assert.ok(fs.existsSync(path.join(folder, 'bin/serverless.js')));
  assert.equal(require(path.join(folder, 'package.json')).name, 'osls');
  // Serverless Framework 4 starts a version below 4, and what is no version is below all.
  assert.match(require('../../package.json').devDependencies.serverless, /^npm:osls@/);
});
