'use strict';

// serverless.yml and template.yaml compile to what CloudFormation accepts, and both
// deploy the same.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { spawnSync } = require('node:child_process');
const { definition, everything, compiledTemplate } = require('../serverless/testing/service');
const { machineArchitecture } = require('../serverless/variables');
const { differences } = require('./compare');
const tools = require('./tools');
const parameters = require('../../pkg/testing/parameters/parameters.json');

const folder = path.join(tools.root, '.build', 'templates');
const arn = (service, resource) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const domain = {
  Domain: 'api.example.com', CertificateArn: arn('acm', 'certificate/1'), HostedZoneId: 'Z0123456789ABC',
  WebAclArn: arn('wafv2', 'regional/webacl/users/1'), KmsKeyArn: arn('kms', 'key/1'),
};
const cognito = { JwksUrl: 'https://issuer.example/keys', JwtIssuer: 'https://issuer.example/' };
const jwks = { ...cognito, JwtAudience: 'example' };

// The parameters have SAM's names. serverless.yml's begin with a small letter, and it
// has corsOrigins, since it takes several.
const deployments = [
  { name: 'prod', stage: 'prod' },
  { name: 'dev', stage: 'dev' },
  { name: 'a domain, a web ACL and a key of the account', stage: 'prod', sam: domain },
  { name: 'tokens of an issuer', stage: 'prod', sam: { ...jwks, AcceptApiKeys: 'false', JwtAlgorithms: 'RS256,ES256', JwtLeeway: '5' } },
  { name: 'tokens of Amazon Cognito', stage: 'prod', sam: { ...cognito, JwtClientId: '4example', JwtScopePrefix: 'example/' } },
  {
    name: 'keys in a header of their own',
    stage: 'v2',
    sam: {
      Architecture: 'x86_64', MemorySize: '256', LogLevel: 'warn', LogDebugSample: '0.01', Prime: 'off', CorsOrigin: 'https://a.example',
      CorsMaxAge: '60', IdentityHeader: 'x-api-key', AcceptTokens: 'false', AuthorizerTtl: '0', ThrottleRate: '7', ThrottleBurst: '8',
      WriteThrottleRate: '5', WriteThrottleBurst: '6', AccessLogRole: 'existing',
    },
  },
];

let bySam, byServerless;

test.before(async () => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const compiled = await Promise.all(deployments.map(({ stage, sam = {} }) => compiledTemplate(stage, toServerless(sam))));
  byServerless = tools.transform(compiled.map((template, i) => ({ template: write(`serverless-${i}.json`, JSON.stringify(template)) })));
  bySam = tools.transform(deployments.map(({ stage, sam }) => ({ template: 'template.yaml', parameters: { Stage: stage, ...sam } })));
});

function toServerless(parameters) {
  const entries = Object.entries(parameters).map(([name, value]) => [name[0].toLowerCase() + name.slice(1), value]);
  return Object.fromEntries(entries.map(([name, value]) => [name === 'corsOrigin' ? 'corsOrigins' : name, value]));
}

function write(name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

test('cfn-lint and checkov accept what both compile to, and SAM accepts template.yaml', async () => {
  const full = await compiledTemplate('prod', everything);
  const templates = [full, ...[...byServerless, ...bySam].map(({ translated }) => translated)];
  // The transform inserts the values of SAM's parameters, so their declarations look unused.
  for (const { Metadata } of templates) Metadata?.['cfn-lint'].config.ignore_checks.push('W2001');
  const files = templates.map((template, i) => write(`compiled-${i}.json`, JSON.stringify(template)));
  tools.cfnLint(files);
  assert.match(tools.checkov(files), /Passed checks: \d{3,}, Failed checks: 0, Skipped checks: 0\n/);
  assert.match(tools.sam(['validate', '--lint']), /is a valid SAM Template/);
});

for (const [i, { name }] of deployments.entries()) {
  test(`both deploy the same: ${name}`, () => assert.deepEqual(differences(byServerless[i].resolved, bySam[i].resolved), []));
}

test('the patterns and rules of template.yaml accept the same values as serverless.yml', () => {
  const { Parameters, Rules } = bySam[0].translated;
  const template = write('rules.json', JSON.stringify({ Parameters, Rules, Resources: {} }));
  for (const [name, sam] of Object.entries({ corsOrigins: 'CorsOrigin', jwksUrl: 'JwksUrl', jwtAlgorithms: 'JwtAlgorithms' })) {
    const pattern = new RegExp(Parameters[sam].AllowedPattern, 'u');
    const rows = parameters.filter((row) => row.name === name && !(name === 'corsOrigins' && row.value.includes(','))); // SAM takes one origin
    const given = rows.map(({ value, with: issuer }) => ({ ...((issuer || name === 'jwksUrl') && jwks), [sam]: value }));
    const results = tools.transform(given.map((values) => ({ template, parameters: values })));
    for (const [i, { broken }] of results.entries()) {
      const { value, good = false } = rows[i];
      assert.equal(pattern.test(value) && !broken.length, good, `${sam} ${value} ${broken}`);
    }
  }
});

test('the comparison finds each kind of difference', () => {
  const template = fs.readFileSync(path.join(tools.root, 'template.yaml'), 'utf8');
  const changes = [
    { from: 'Path: /users/{id}', to: 'Path: /users/{id}/x', finds: /lacks route > GET \/users\/{id}/ },
    { from: 'DefaultAuthorizer: authorizer', to: '', finds: /isOpen/ },
    { from: 'PRIME: !Ref Prime', to: 'PRIMED: !Ref Prime', finds: /lacks function > .* > environment > PRIME,/ },
    { from: '["dynamodb:GetItem", "dynamodb:DeleteItem"]', to: '["dynamodb:*"]', finds: /deleteUser > role .* > Action/ },
    { from: 'RetainExceptOnCreate, Delete]\n    UpdateReplacePolicy: Retain', to: 'Retain, Delete]\n    UpdateReplacePolicy: Retain', finds: /::Table .* > DeletionPolicy/ },
    { from: 'DeletionPolicy: !If [IsProd, RetainExceptOnCreate, Delete]', to: '', finds: /::LogGroup .* > DeletionPolicy/ },
    { from: 'GenerateStringKey: jwtSecret', to: 'GenerateStringKey: key', finds: /::Secret .* > GenerateStringKey/ },
    { from: 'maximum: 120', to: 'maximum: 121', finds: /model > UserInput > properties > age > maximum/ },
    { from: 'ValidateBody: false', to: 'ValidateBody: true', finds: /checksBody/ },
    { from: 'RequestModel: *userInput', to: '', finds: /PUT .* > model/ },
    { from: 'StatusCode: 413', to: 'StatusCode: 400', finds: /response > REQUEST_TOO_LARGE > status/ },
    { from: 'MaxAge: !Sub "\'${CorsMaxAge}\'"', to: '', finds: /OPTIONS .* > headers .*Max-Age/ },
    { from: 'HasDomain, true, false', to: 'HasDomain, false, false', finds: /executeApi/, sam: domain },
    { from: 'SecurityPolicy: TLS_1_2', to: 'SecurityPolicy: TLS_1_0', finds: /::DomainName .* > SecurityPolicy/, sam: domain },
    { from: ' +[A-Za-z0-9._~+/-]+=*', to: ' .*', finds: /authorizer > accepts/, sam: domain },
    { from: 'KmsKeyId: !If [HasKmsKey, !Ref KmsKeyArn, !Ref AWS::NoValue]', to: '', finds: /::LogGroup .*listUsers > KmsKeyId/, sam: domain },
    { from: 'Condition: { StringEquals', to: 'Condition: { StringNotEquals', finds: /role > .* > Condition/, sam: domain },
    { from: 'ThrottlingBurstLimit: !Ref WriteThrottleBurst', to: 'ThrottlingBurstLimit: 1', finds: /limits > POST/ },
  ];
  const jobs = changes.map(({ from, to, sam }, i) => {
    assert.ok(template.includes(from), `template.yaml no longer has ${from}: change this test`);
    return { template: write(`change-${i}.yaml`, template.replace(from, to)), parameters: { Stage: 'prod', ...sam } };
  });
  for (const [i, { resolved }] of tools.transform(jobs).entries()) {
    assert.match(differences(byServerless[changes[i].sam ? 2 : 0].resolved, resolved).join('\n'), changes[i].finds);
  }
});

// A digest of the template, SAM's default, does not see a parameter's value: the stage would keep its old snapshot.
test('SAM makes a deployment each time', () => {
  const template = fs.readFileSync(path.join(tools.root, 'template.yaml'), 'utf8').replace('AlwaysDeploy: true', '');
  const [byDigest] = tools.transform([{ template: write('by-digest.yaml', template), parameters: { Stage: 'prod' } }]);
  const idOf = ({ Resources }) => Object.keys(Resources).find((id) => Resources[id].Type === 'AWS::ApiGateway::Deployment');
  assert.notEqual(idOf(bySam[0].translated), idOf(byDigest.translated));
});

test('"sam build" builds the program of each function, for an architecture that Lambda has', () => {
  const ARCHITECTURE = machineArchitecture(); // The end-to-end tests compile for it too.
  const built = path.join(folder, 'build');
  tools.sam(['build', '--build-dir', built, '--parameter-overrides', `Architecture=${ARCHITECTURE}`], { ARCHITECTURE });
  for (const [name, { handler }] of Object.entries(definition.functions)) {
    const id = `${name[0].toUpperCase()}${name.slice(1)}Function`;
    const { stdout } = spawnSync('go', ['version', '-m', path.join(built, id, 'bootstrap')], { encoding: 'utf8' });
    assert.match(stdout, new RegExp(`path\t\\S+/${handler}\n`), `${id} is the program in ${handler}`);
  }
  const { stderr } = spawnSync('make', ['build-GetUserFunction', 'ARCHITECTURE=mips'], { cwd: tools.root, encoding: 'utf8' });
  assert.match(stderr, /ARCHITECTURE is "mips": it must be arm64 or x86_64/);
});
