'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const stage = require('../../resources/stage');
const { definition, routes, readYAML } = require('./testing/service');

test('a nested GET is cached by its path and its caller', async () => {
  const parameters = { ...definition.params.default, cacheSize: '0.5' };
  const { Resources } = await stage({
    resolveVariable: async (name) => parameters[name.replace('param:', '')] ?? 'x',
    resolveConfigurationProperty: async () => ({ authorizer: {}, getUser: { events: [{ http: { method: 'get', path: '/users/{id}/{file+}' } }] } }),
  });
  const [, { ResourcePath, CachingEnabled }] = Resources.ApiGatewayStage.Properties.MethodSettings;
  assert.deepEqual([ResourcePath, CachingEnabled], ['/~1users~1{id}~1{file+}', true]);
  const keys = ['path.id', 'path.file', 'header.Authorization', 'header.If-Match', 'header.If-None-Match', 'header.Origin'];
  const { CacheKeyParameters } = Resources.ApiGatewayMethodUsersIdVarFileVarGet.Properties.Integration;
  assert.deepEqual(CacheKeyParameters, keys.map((key) => `method.request.${key}`));
});

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
