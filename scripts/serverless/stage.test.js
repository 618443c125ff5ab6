'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { attachStage } = require('./stage');
const stage = require('../../resources/stage');
const { definition, routes, readYAML } = require('./testing/service');

/** Attaches the stage to what the framework compiles. Returns the resources and the deployment's id. */
function attached({ at = 1700000000000, message = 'Not found', burst = 10 } = {}) {
  const deployment = `ApiGatewayDeployment${at}`;
  const Resources = {
    ApiGatewayRestApi: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'users-api-dev' } },
    ApiGatewayMethodUsersGet: { Type: 'AWS::ApiGateway::Method', Properties: { HttpMethod: 'GET' } },
    GatewayResponseNotFound: { Type: 'AWS::ApiGateway::GatewayResponse', Properties: { message } },
    GetUserLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${at}/getUser.zip` } } },
    [deployment]: { Type: 'AWS::ApiGateway::Deployment', Properties: { StageName: 'dev' }, DependsOn: ['ApiGatewayMethodUsersGet'] },
    ApiGatewayApiKey1: { Type: 'AWS::ApiGateway::ApiKey', DependsOn: deployment },
    ApiGatewayUsagePlan: { Type: 'AWS::ApiGateway::UsagePlan', DependsOn: [deployment, 'Other'] },
    ApiGatewayStage: { Type: 'AWS::ApiGateway::Stage', Properties: { StageName: 'dev', MethodSettings: [{ burst }] } },
  };
  attachStage({ Resources });
  return { resources: Resources, id: Object.keys(Resources).find((name) => name.startsWith('ApiGatewayDeployment')) };
}

test('the stage refers to the deployment, which waits for its parts; usage plan and keys wait for the stage', () => {
  const { id, resources } = attached();
  assert.deepEqual(resources[id].Properties, {});
  assert.deepEqual(resources[id].DependsOn, ['ApiGatewayMethodUsersGet', 'GatewayResponseNotFound']);
  assert.deepEqual(resources.ApiGatewayStage.Properties.DeploymentId, { Ref: id });
  assert.deepEqual(resources.ApiGatewayUsagePlan.DependsOn, ['ApiGatewayStage', 'Other']);
  assert.deepEqual(resources.ApiGatewayApiKey1.DependsOn, ['ApiGatewayStage']);
});

test('a deployment gets another name only if a part of the API changes', () => {
  assert.equal(attached({ at: 1800000000000, burst: 20 }).id, attached().id);
  assert.notEqual(attached({ message: 'Gone' }).id, attached().id);
  assert.throws(() => attachStage({ Resources: {} }), /serverless\.yml needs an http event, and resources\/stage\.js/);
});

/** Returns the resources of resources/stage.js for one function with an http event. */
async function stageOf(http) {
  const parameters = { ...definition.params.default, cacheSize: '0.5', throttleRate: 7, writeThrottleRate: 5 };
  const { Resources } = await stage({
    resolveVariable: async (name) => parameters[name.replace('param:', '')] ?? 'x',
    resolveConfigurationProperty: async () => ({ authorizer: {}, getUser: { events: [{ http }] } }),
  });
  const [, settings] = Resources.ApiGatewayStage.Properties.MethodSettings;
  return { settings, method: Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::ApiGateway::Method') };
}

for (const { name, http, path, keys, id } of [
  { name: 'a nested read', http: { method: 'get', path: '/users/{id}/summary' }, path: '/~1users~1{id}~1summary', keys: ['path.id'], id: 'UsersIdVarSummaryGet' },
  { name: 'a read of a greedy path', http: 'GET files/{name+}', path: '/~1files~1{name+}', keys: ['path.name'], id: 'FilesNameVarGet' },
  {
    name: 'a read with parameters',
    http: { method: 'HEAD', path: 'users/', request: { parameters: { querystrings: { limit: true }, headers: { Accept: false } } } },
    path: '/~1users', keys: ['querystring.limit', 'header.Accept'], id: 'UsersHead',
  },
  { name: 'a write', http: { method: 'PATCH', path: '/users/{id}' }, path: '/~1users~1{id}' },
  { name: 'any method', http: { method: 'any', path: '/' }, path: '/' },
]) {
  test(`${name} is ${keys ? 'cached with its keys and has the limits of reads' : 'not cached and has the limits of writes'}`, async () => {
    const { settings, method: [found, { Properties } = {}] = [] } = await stageOf(http);
    const { ResourcePath, ThrottlingRateLimit, CachingEnabled = false } = settings;
    assert.deepEqual([ResourcePath, ThrottlingRateLimit, CachingEnabled], [path, keys ? 7 : 5, Boolean(keys)]);
    if (!keys) return assert.equal(found, undefined);
    assert.equal(found, `ApiGatewayMethod${id}`);
    const wanted = [...keys, ...['Authorization', 'If-Match', 'If-None-Match', 'Origin'].map((header) => `header.${header}`)];
    assert.deepEqual(Properties.Integration.CacheKeyParameters, wanted.map((key) => `method.request.${key}`));
    assert.equal(Properties.RequestParameters['method.request.querystring.limit'], undefined, 'the event declares it');
  });
}

test('every query parameter is declared, so that it is a key of the cache', () => {
  const { paths } = readYAML('openapi.yml');
  for (const { method, path, request } of routes) {
    const documented = paths[path]?.[method.toLowerCase()]?.parameters ?? [];
    for (const { name } of documented.filter((parameter) => parameter.in === 'query')) {
      const message = `openapi.yml has ${method} ${path}?${name}=, serverless.yml does not: add it to request.parameters.querystrings of the event`;
      assert.ok(name in (request?.parameters?.querystrings ?? {}), message);
    }
  }
});
