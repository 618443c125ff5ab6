'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { attachStage } = require('./stage');

/** What the framework compiles, as far as the stage is concerned. */
function compiled({ at = 1700000000000, message = 'Not found', burst = 10 } = {}) {
  const deployment = `ApiGatewayDeployment${at}`;
  return {
    Resources: {
      ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'users-api-dev' } },
      ApiGatewayMethodUsersGet: { Type: 'AWS::ApiGateway::Method', Properties: { HttpMethod: 'GET' } },
      GatewayResponseNotFound: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: { message } },
      GetUserLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${at}/getUser.zip` } } },
      [deployment]: {
        Type: 'AWS::ApiGateway::Deployment',
        Properties: { RestApiId: { Ref: 'ApiGatewayRestApi' }, StageName: 'dev' },
        DependsOn: ['ApiGatewayMethodUsersGet'],
      },
      ApiGatewayApiKey1: { Type: 'AWS::ApiGateway::ApiKey', DependsOn: deployment },
      ApiGatewayUsagePlan: { Type: 'AWS::ApiGateway::UsagePlan', DependsOn: [deployment, 'Other'] },
      ApiGatewayStage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev', MethodSettings: [{ burst }] } },
    },
  };
}

function attached(options) {
  const template = compiled(options);
  attachStage(template);
  const id = Object.keys(template.Resources).find((name) => name.startsWith('ApiGatewayDeployment'));
  return { id, resources: template.Resources };
}

test('the stage is a resource of its own that points to the deployment', () => {
  const { id, resources } = attached();
  assert.deepEqual(resources[id].Properties, { RestApiId: { Ref: 'ApiGatewayRestApi' } });
  assert.deepEqual(resources.ApiGatewayStage.Properties.DeploymentId, { Ref: id });
});

test('the deployment is made after all that it is a snapshot of', () => {
  const { id, resources } = attached();
  assert.deepEqual(resources[id].DependsOn, ['ApiGatewayMethodUsersGet', 'GatewayResponseNotFound']);
});

test('usage plan and keys wait for the stage', () => {
  const { resources } = attached();
  assert.deepEqual(resources.ApiGatewayUsagePlan.DependsOn, ['ApiGatewayStage', 'Other']);
  assert.deepEqual(resources.ApiGatewayApiKey1.DependsOn, ['ApiGatewayStage']);
});

test('a deployment has a new name when the API changes, and only then', () => {
  const { id } = attached();
  const cases = [
    { name: 'the same at another time', options: { at: 1800000000000 }, same: true },
    { name: 'another limit', options: { burst: 20 }, same: true },
    { name: 'another answer of API Gateway', options: { message: 'Gone' }, same: false },
  ];
  for (const { name, options, same } of cases) {
    assert.equal(attached(options).id === id, same, name);
  }
});

test('a template without a stage or without an API says what is missing', () => {
  const noStage = compiled();
  delete noStage.Resources.ApiGatewayStage;
  assert.throws(() => attachStage(noStage), /no ApiGatewayStage; serverless\.yml needs .*resources\/stage\.js/);
  assert.throws(() => attachStage({ Resources: {} }), /no AWS::ApiGateway::Deployment/);
});
