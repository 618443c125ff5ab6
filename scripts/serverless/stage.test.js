'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { attachStage } = require('./stage');
const stage = require('../../resources/stage');
const { definition, routes, readYAML } = require('./testing/service');

test('a template without a stage is refused', () => {
  assert.throws(() => attachStage({ Resources: {} }), /serverless\.yml needs an http event, and resources\/stage\.js/);
});

/** Returns what resources/stage.js makes of a function's http event. */
async function stageOf(http) {
  const parameters = { ...definition.params.default, cacheSize: '0.5', throttleRate: 7, writeThrottleRate: 5 };
  const { Resources } = await stage({
    resolveVariable: async (name) => parameters[name.replace('param:', '')] ?? 'x',
    resolveConfigurationProperty: async () => ({ authorizer: {}, getUser: { events: [{ http }] } }),
  });
  const [, { ResourcePath, ThrottlingRateLimit, CachingEnabled }] = Resources.ApiGatewayStage.Properties.MethodSettings;
  const [method, { Properties } = {}] = Object.entries(Resources).find(([, { Type }]) => Type === 'AWS::ApiGateway::Method') ?? [];
  const keys = Properties?.Integration.CacheKeyParameters.map((key) => key.replace('method.request.', ''));
  return { path: ResourcePath, rate: ThrottlingRateLimit, cached: CachingEnabled, method, keys };
}

const write = { rate: 5, cached: undefined, method: undefined, keys: undefined };

for (const { name, http, is } of [
  {
    name: 'a nested GET is cached by its path and its caller',
    http: { method: 'get', path: '/users/{id}/{file+}' },
    is: {
      path: '/~1users~1{id}~1{file+}', rate: 7, cached: true, method: 'ApiGatewayMethodUsersIdVarFileVarGet',
      keys: ['path.id', 'path.file', 'header.Authorization', 'header.If-Match', 'header.If-None-Match', 'header.Origin'],
    },
  },
  { name: 'a PATCH is a write', http: 'PATCH /users/{id}', is: { ...write, path: '/~1users~1{id}' } },
  { name: 'any method is a write', http: { method: 'any', path: '/' }, is: { ...write, path: '/' } },
]) {
  test(name, async () => assert.deepEqual(await stageOf(http), is));
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
