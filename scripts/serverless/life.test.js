'use strict';

// What the deployments of a stage call over its life. The framework's own code runs, with
// clients that record what is sent.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const test = require('node:test');
const { drifted, removeUnused } = require('./code');
const { chooseLogRole } = require('./logrole');
const { waitForStreams } = require('./logs');
const { deferProtection, chooseProtection, protect } = require('./protection');
const { deployWithoutRemoved } = require('./removed');
const { adoptRetained } = require('./retain');
const AwsLogs = require('serverless/lib/plugins/aws/logs');
const ofFramework = ['update-stack', 'get-create-change-set-params', 'get-shared-stack-action-params', 'get-execute-change-set-params'];

/** Returns the framework's deployer, its provider, and the calls that it makes. */
function deployerOf() {
  const calls = [];
  const provider = { getStage: () => 'prod', getRegion: () => 'eu-central-1', getCustomDeploymentRole: () => undefined };
  provider.naming = { getStackName: () => 'example-prod', getStackChangeSetName: () => 'changes', getCompiledTemplateS3Suffix: () => 't.json' };
  const service = { provider: {}, package: {} };
  const deployer = Object.assign({ provider, serverless: { service } }, ...ofFramework.map((name) => require(`serverless/lib/plugins/aws/lib/${name}`)));
  deployer.cloudFormationClientPromise = { send: async ({ constructor, input }) => calls.push({ call: constructor.name, ...input }) };
  deployer.waitForChangeSetCreation = async () => ({ Status: 'CREATE_COMPLETE' });
  deployer.monitorStack = async () => calls.push({ call: 'monitor' });
  return { deployer, provider: service.provider, calls };
}

for (const { name, deployed, sent } of [
  { name: 'the first one leaves the table unprotected until it has succeeded', deployed: {}, sent: ['false', 'true'] },
  { name: 'a later one protects it', deployed: { UsersTable: { Type: 'AWS::DynamoDB::Table' } }, sent: ['true'] },
]) {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
  test(`deployments adopt what is retained; ${name}`, async () => {
    const template = { Resources: { UsersTable: { Type: 'AWS::DynamoDB::Table', Properties: { DeletionProtectionEnabled: 'true' } } } };
    const { deployer, provider, calls } = deployerOf();
    deferProtection(template);
    chooseProtection(template, { Resources: deployed }, provider);
    adoptRetained(deployer);
    await deployer.update();
    await protect(deployer, provider, { parameter: async () => sent[0] });
    const sets = calls.filter(({ call }) => call === 'CreateChangeSetCommand');
    assert.deepEqual(sets.map(({ Parameters: [{ ParameterValue }] }) => ParameterValue), sent);
    for (const [i, { ImportExistingResources, TemplateURL, UsePreviousTemplate = false }] of sets.entries()) {
      assert.deepEqual([ImportExistingResources, Boolean(TemplateURL), UsePreviousTemplate], [true, i === 0, i === 1]);
    }
    assert.equal(calls.filter(({ call }) => call === 'ExecuteChangeSetCommand').length, sent.length);
    assert.equal(calls.at(-1).call, 'monitor');
  });
}

for (const [name, before, old, deployments] of [
  ['a route was removed', { Get: 'Method', Put: 'Method' }, false, 1],
  ['a function was removed', { Get: 'Method', Function: 'Function' }, false, 0],
  ['CloudFormation set the stage back', { Get: 'Method' }, true, 1],
]) {
  test(`the API is deployed once more only if needed: ${name}`, async () => {
    let calls = 0;
    const resources = (types) => ({ Resources: Object.fromEntries(Object.entries(types).map(([id, type]) => [id, { Type: `AWS::ApiGateway::${type}` }])) });
    const api = async () => ({ servesOldSnapshot: async () => old, deploy: async () => calls++ });
    await deployWithoutRemoved(resources(before), { deployedTemplate: async () => resources({ Get: 'Method' }), api });
    assert.equal(calls, deployments);
  });
}

for (const [name, deployed, ofAccount, kept] of [
  ['there is none', {}, undefined, ['ApiGatewayAccount']],
  ['another stack made it', {}, 'arn:aws:iam::123456789012:role/theirs', []],
  ['this stack made it', { ApiGatewayAccount: {} }, 'arn:aws:iam::123456789012:role/ours', ['ApiGatewayAccount']],
]) {
  test(`the account's role for logs: ${name}`, async () => {
    const Resources = { ApiGatewayStage: { DependsOn: ['ApiGatewayAccount'] }, ApiGatewayAccount: {}, ApiGatewayLogRole: {} };
    await chooseLogRole({ Resources }, { Resources: deployed }, async () => ofAccount);
    assert.deepEqual([Object.keys(Resources).length, Resources.ApiGatewayStage.DependsOn], [1 + 2 * kept.length, kept]);
  });
}

const sha256 = (text, encoding) => crypto.createHash('sha256').update(text).digest(encoding);
const keyOf = (text) => `service/code/${sha256(text, 'hex')}/getUser.zip`;

/** Returns a template with a function whose package has this text. */
function templateOf(text) {
  return { Resources: { getUser: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'getUser', Code: { S3Key: keyOf(text) } } } } };
}

for (const { name, deployed = 'one', running, found } of [
  { name: 'it runs the wanted program', running: 'one', found: 0 },
  { name: 'it runs another program', running: 'two', found: 1 },
  { name: 'the stack has another program too', deployed: 'two', running: 'two', found: 0 },
  { name: 'its program is unknown', running: undefined, found: 0 },
]) {
  test(`a function drifted if its code is not what the stack says: ${name}`, async () => {
    const codeOf = async () => running && sha256(running, 'base64');
    assert.equal((await drifted(templateOf('one'), templateOf(deployed), codeOf)).length, found);
  });
}

for (const { deployments, kept } of [
  { deployments: ['old', 'current'], kept: ['old', 'current'] },
  { deployments: [], kept: ['old', 'current', 'unused'] }, // the listing is incomplete
]) {
  test(`packages are kept while a deployment needs them: ${deployments}`, async () => {
    const compiled = deployments.map((text) => [`service/${text}/compiled-cloudformation-template.json`, JSON.stringify(templateOf(text))]);
    const objects = new Map([...['old', 'current', 'unused'].map((text) => [keyOf(text), text]), ...compiled]);
    await removeUnused('service', { list: async () => [...objects.keys()], read: async (key) => objects.get(key), remove: async (key) => objects.delete(key) });
    assert.deepEqual([...objects.values()], [...kept, ...compiled.map(([, template]) => template)]);
  });
}

test('"logs --tail" waits for the first line, and fails if there is no log', async () => {
  const answers = [{ logStreams: [] }, {}, { logStreams: [{ logStreamName: 'first' }] }];
  const logs = new AwsLogs({ getProvider: () => ({}) }, { function: 'getUser', interval: 1 });
  logs.cloudWatchLogsClientPromise = { send: async () => answers.shift() ?? Promise.reject(new Error('The log group does not exist')) };
  const told = [];
  waitForStreams(logs, { notice: (text) => told.push(text) });
  assert.deepEqual(await logs.getLogStreams(), ['first']);
  assert.deepEqual(told, ['getUser has not logged yet: waiting for its first line']);
  await assert.rejects(logs.getLogStreams(), /does not exist/);
});
