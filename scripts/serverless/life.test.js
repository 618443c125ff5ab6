'use strict';

// What the deployments of a stage call over its life. The framework's own code runs, with
// clients that record what is sent.

const assert = require('node:assert/strict');
const test = require('node:test');
const { readdressReplaced } = require('./code');
const { waitForStreams } = require('./logs');
const { adoptRetained, chooseProtection, deferProtection, protect } = require('./retain');
const { chooseLogRole, deployWithoutRemoved } = require('./stage');
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
    const stack = { Parameters: [{ ParameterKey: 'ProtectTable', ParameterValue: sent[0] }] };
    await protect(deployer, provider, { describeStacks: async () => ({ Stacks: [stack] }) }, 'example-prod');
    const sets = calls.filter(({ call }) => call === 'CreateChangeSetCommand');
    assert.deepEqual(sets.map(({ Parameters: [{ ParameterValue }] }) => ParameterValue), sent);
    for (const { ImportExistingResources } of sets) assert.equal(ImportExistingResources, true);
    assert.equal(calls.filter(({ call }) => call === 'ExecuteChangeSetCommand').length, sent.length);
    assert.equal(calls.at(-1).call, 'monitor');
  });
}

for (const [name, before, served, deployments] of [
  ['a route was removed', { Get: 'Method', Put: 'Method' }, 'new', 1],
  ['a function was removed', { Get: 'Method', Function: 'Function' }, 'new', 0],
  ['CloudFormation set the stage back', { Get: 'Method' }, 'old', 1],
]) {
  test(`the API is deployed once more only if needed: ${name}`, async () => {
    const made = [];
    const resources = (types) => ({ Resources: Object.fromEntries(Object.entries(types).map(([id, type]) => [id, { Type: `AWS::ApiGateway::${type}` }])) });
    const apiGateway = {
      getStage: async () => ({ deploymentId: served }),
      getDeployments: async () => ({ items: [{ id: 'new', createdDate: new Date(2) }, { id: 'old', createdDate: new Date(1) }] }),
      createDeployment: async (input) => made.push(input),
    };
    await deployWithoutRemoved(resources(before), resources({ Get: 'Method' }), apiGateway, { restApiId: 'api', stageName: 'prod' });
    assert.equal(made.length, deployments);
  });
}

for (const [name, deployed, ofAccount, kept] of [
  ['there is none', {}, undefined, ['ApiGatewayAccount']],
  ['another stack made it', {}, 'arn:aws:iam::123456789012:role/theirs', []],
  ['this stack made it', { ApiGatewayAccount: {} }, 'arn:aws:iam::123456789012:role/ours', ['ApiGatewayAccount']],
]) {
  test(`the account's role for logs: ${name}`, async () => {
    const Resources = { ApiGatewayStage: { DependsOn: ['ApiGatewayAccount'] }, ApiGatewayAccount: {}, ApiGatewayLogRole: {} };
    await chooseLogRole({ Resources }, { Resources: deployed }, { getAccount: async () => ({ cloudwatchRoleArn: ofAccount }) });
    assert.deepEqual([Object.keys(Resources).length, Resources.ApiGatewayStage.DependsOn], [1 + 2 * kept.length, kept]);
  });
}

// tests/proof replaces the code of a function, and deploys then.
test('a function that somebody has deleted keeps its address', async () => {
  const templateOf = () => ({ Resources: { getUser: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `service/code/${'0'.repeat(64)}/getUser.zip` } } } } });
  const template = templateOf();
  const missing = Object.assign(new Error('Function not found'), { name: 'ResourceNotFoundException' });
  await readdressReplaced(template, templateOf(), { getFunctionConfiguration: () => Promise.reject(missing) }, 'service/now');
  assert.deepEqual(template, templateOf());
});

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
