'use strict';

// template.yaml is the service of serverless.yml: SAM takes and builds it, and both
// deploy the same.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const test = require('node:test');
const { copyService, compiledTemplate } = require('../serverless/testing/service');
const { compile, goArchitecture } = require('../serverless/build');
const { machineArchitecture } = require('../serverless/variables');
const { describe } = require('./describe');
const tools = require('./tools');

tools.install();
const folder = path.join(tools.cache, 'sam-test');
fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(folder, { recursive: true });

const issuer = 'https://issuer.example/';
const secretVersion = 'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE';

// The same deployment in the words of both: the stage, and the parameters of each.
const deployments = [
  { name: 'prod', stage: 'prod' },
  { name: 'dev', stage: 'dev' },
  {
    name: 'another stage, with keys in a header of their own',
    stage: 'v2',
    serverless: {
      architecture: 'x86_64', memorySize: '256', logLevel: 'warn', logDebugSample: '0.01', prime: 'off', corsOrigins: 'https://a.example', corsMaxAge: '60',
      identityHeader: 'x-api-key', acceptTokens: 'false', authorizerTtl: '0', secretVersion, throttleRate: '7', throttleBurst: '8',
      writeThrottleRate: '5', writeThrottleBurst: '6', accessLogRole: 'existing',
    },
    sam: {
      Architecture: 'x86_64', MemorySize: '256', LogLevel: 'warn', LogDebugSample: '0.01', Prime: 'off', CorsOrigin: 'https://a.example', CorsMaxAge: '60',
      IdentityHeader: 'x-api-key', AcceptTokens: 'false', AuthorizerTtl: '0', SecretVersion: secretVersion, ThrottleRate: '7', ThrottleBurst: '8',
      WriteThrottleRate: '5', WriteThrottleBurst: '6', AccessLogRole: 'existing',
    },
  },
  {
    name: "an issuer's tokens, and no keys",
    stage: 'prod',
    serverless: {
      acceptApiKeys: 'false', jwksUrl: `${issuer}keys`, jwtIssuer: issuer, jwtAudience: 'users-api', jwtAlgorithms: 'RS256,ES256', jwtLeeway: '5',
    },
    sam: {
      AcceptApiKeys: 'false', JwksUrl: `${issuer}keys`, JwtIssuer: issuer, JwtAudience: 'users-api', JwtAlgorithms: 'RS256,ES256', JwtLeeway: '5',
    },
  },
];

const byServerless = compileAll();
const bySam = describeAll(deployments.map(({ stage, sam }) => ({ template: 'template.yaml', parameters: { Stage: stage, ...sam } })));

function compileAll() {
  const service = copyService();
  try {
    return describeAll(
      deployments.map(({ stage, serverless }, i) => ({
        template: write(`serverless-${i}.json`, JSON.stringify(compiledTemplate(service, stage, serverless))),
      }))
    );
  } finally {
    service.dispose();
  }
}

function describeAll(jobs) {
  return tools.transform(jobs).map(({ resolved }) => describe(resolved));
}

function write(name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

for (const [i, { name }] of deployments.entries()) {
  test(`both deploy the same: ${name}`, () => assert.deepEqual(differences(byServerless[i], bySam[i]), []));
}

/** Where two descriptions differ, a sentence each: whole, they are too long to read. */
function differences(serverless, sam, where = '') {
  const branch = (value) => value !== null && typeof value === 'object';
  if (!branch(serverless) || !branch(sam)) {
    if (Object.is(serverless, sam)) return [];
    return [`${where} is ${JSON.stringify(serverless)} by serverless.yml, and ${JSON.stringify(sam)} by template.yaml`];
  }
  const members = new Set([...Object.keys(serverless), ...Object.keys(sam)]);
  return [...members].flatMap((member) => differences(serverless[member], sam[member], where ? `${where} > ${member}` : member));
}

test('the comparison sees each kind of difference', () => {
  const template = fs.readFileSync(path.join(tools.root, 'template.yaml'), 'utf8');
  const changes = [
    { what: 'a route', from: 'Path: /users/{id}', to: 'Path: /users/{id}/x' },
    { what: 'a method', from: 'Method: PUT', to: 'Method: PATCH' },
    { what: 'an open route', from: 'DefaultAuthorizer: authorizer', to: '' },
    { what: "the authorizer's header", from: 'Header: !Ref IdentityHeader', to: 'Header: X-Token' },
    { what: 'how long the authorizer is remembered', from: 'ReauthorizeEvery: !Ref AuthorizerTtl', to: 'ReauthorizeEvery: 60' },
    { what: 'a variable', from: 'PRIME: !Ref Prime', to: 'PRIMED: !Ref Prime' },
    { what: 'a secret', from: ':jwtSecret:', to: ':secret:' },
    { what: 'an action', from: '["dynamodb:GetItem", "dynamodb:DeleteItem"]', to: '["dynamodb:*"]' },
    { what: 'the resource of an action', from: '${UsersTable.Arn}/index/byCreation', to: '${UsersTable.Arn}/index/*' },
    { what: 'who takes a role', from: 'Principal: { Service: lambda.amazonaws.com }', to: 'Principal: { Service: ec2.amazonaws.com }' },
    { what: 'tracing rights', from: '"xray:PutTraceSegments", ', to: '' },
    { what: 'the key of the table', from: 'AttributeName: id, KeyType: RANGE', to: 'AttributeName: age, KeyType: RANGE' },
    { what: 'what becomes of the table', from: 'DeletionPolicy: !If [IsProd, RetainExceptOnCreate, Delete]', to: 'DeletionPolicy: Delete' },
    { what: 'a limit in the model', from: 'maximum: 120', to: 'maximum: 121' },
    { what: 'a body that is not checked', from: 'ValidateBody: true', to: 'ValidateBody: false' },
    { what: "the status of API Gateway's answer", from: 'StatusCode: 413', to: 'StatusCode: 400' },
    { what: "the text of API Gateway's answer", from: '"error":"Quota exceeded"', to: '"error":"Too many"' },
    { what: "a header of API Gateway's answer", from: "Retry-After: \"'3600'\"", to: "Retry-After: \"'1'\"" },
    { what: 'the preflight', from: 'MaxAge: !Sub "\'${CorsMaxAge}\'"', to: '' },
    { what: 'a limit of the stage', from: 'ThrottlingBurstLimit: !Ref WriteThrottleBurst', to: 'ThrottlingBurstLimit: 1' },
    { what: 'the access log', from: '"status":"$context.status",', to: '' },
    { what: 'how long a log is kept', from: 'RetentionInDays: !If [IsProd, 90, 14]', to: 'RetentionInDays: 1' },
    { what: 'the usage plan', from: 'Quota: { Limit: 1000000', to: 'Quota: { Limit: 1' },
    { what: 'a time limit', from: 'Timeout: 5', to: 'Timeout: 29' },
  ];
  const jobs = changes.map(({ what, from, to }, i) => {
    assert.ok(template.includes(from), `template.yaml has no ${JSON.stringify(from)} any more: change the test for ${what}`);
    return { template: write(`change-${i}.yaml`, template.replace(from, to)), parameters: { Stage: 'prod' } };
  });
  for (const [i, changed] of describeAll(jobs).entries()) {
    assert.notDeepEqual(differences(bySam[0], changed), [], `${changes[i].what} changed unseen`);
  }
});

test('openapi.yml has the routes and preflights of both', () => {
  const yaml = require(require.resolve('js-yaml', { paths: [path.dirname(require.resolve('osls/package.json'))] }));
  const { paths } = yaml.load(fs.readFileSync(path.join(tools.root, 'openapi.yml'), 'utf8'));
  const routes = {};
  for (const [route, { parameters, options, ...methods }] of Object.entries(paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      routes[`${method.toUpperCase()} ${route}`] = `users-api-prod-${operationId}`;
    }
  }
  const [compiled] = byServerless;
  assert.deepEqual(routes, Object.fromEntries(Object.entries(compiled.routes).map(([route, called]) => [route, called.function])));
  const open = Object.keys(paths).filter((route) => paths[route].options);
  assert.deepEqual(open.sort(), Object.keys(compiled.preflights).sort());
});

test('"sam validate --lint" has nothing to say', () => {
  assert.match(tools.sam(['validate', '--lint']), /is a valid SAM Template/);
});

test('"sam build" makes the programs that serverless packages', async () => {
  const names = ['list-users', 'get-user', 'create-user', 'update-user', 'delete-user', 'authorizer'];
  const architecture = machineArchitecture(); // what the end-to-end tests compile too
  const built = path.join(folder, 'build');
  tools.sam(['build', '--build-dir', built, '--parameter-overrides', `Architecture=${architecture}`], { ARCHITECTURE: architecture });

  const out = path.join(folder, 'programs');
  const folders = names.map((name) => `functions/${name}`);
  await compile({ root: tools.root, goarch: goArchitecture(architecture), system: 'linux', folders, out });
  for (const name of names) {
    const id = `${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}Function`;
    assert.deepEqual(fs.readdirSync(path.join(built, id)), ['bootstrap']);
    assert.equal(hash(built, id, 'bootstrap'), hash(out, name), name);
    assert.ok(fs.statSync(path.join(built, id, 'bootstrap')).mode & 0o100, 'it can be executed');
  }
});

function hash(...file) {
  return crypto.createHash('sha256').update(fs.readFileSync(path.join(...file))).digest('hex');
}

test('what Lambda does not run on is refused before anything is built', () => {
  const { status, stderr } = spawnSync('make', ['build-GetUserFunction', `ARTIFACTS_DIR=${folder}`, 'ARCHITECTURE=mips'], {
    cwd: tools.root,
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /ARCHITECTURE is "mips": use arm64 or x86_64/);
});
