// Walks the API by openapi-fetch and the types that openapi-typescript makes of openapi.yml. The
// end-to-end tests generate api.d.ts and set API_URL and AUTHORIZATION.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const client = createClient<paths>({ baseUrl: process.env.API_URL, headers: { Authorization: process.env.AUTHORIZATION } });

function create(body: components['schemas']['UserInput'], key: string) {
  return client.POST('/users', { body, params: { header: { 'Idempotency-Key': key } } });
}

test('a body that breaks a rule', async () => {
  const { error } = await create({ name: 'Ada Lovelace', email: 'ada' }, randomUUID());
  assert.equal(error?.details?.[0]?.field, 'email');
});

test('the life of a user', async () => {
  const [body, key] = [{ name: 'Ada Lovelace', email: `${randomUUID()}@people.example` }, randomUUID()];
  const { data: user, response } = await create(body, key);
  assert.ok(user);
  assert.deepEqual((await create(body, key)).data, user);
  const { data: page } = await client.GET('/users', { params: { query: { email: body.email } } });
  assert.deepEqual(page, { users: [user] });

  const path = { id: user.id };
  const tag = response.headers.get('ETag') ?? '';
  assert.deepEqual((await client.GET('/users/{id}', { params: { path } })).data, user);
  const unchanged = await client.GET('/users/{id}', { params: { path, header: { 'If-None-Match': tag } } });
  assert.equal(unchanged.response.status, 304);

  const { data: updated } = await client.PUT('/users/{id}', { body: { ...body, age: 36 }, params: { path, header: { 'If-Match': tag } } });
  assert.deepEqual([updated?.age, updated?.version], [36, 2]);
  const changed = await client.DELETE('/users/{id}', { params: { path, header: { 'If-Match': tag } } });
  assert.equal(changed.response.status, 412);
  assert.equal((await client.DELETE('/users/{id}', { params: { path } })).response.status, 204);
  const { error, response: gone } = await client.GET('/users/{id}', { params: { path } });
  assert.deepEqual([gone.status, error?.error], [404, 'Not found']);
});
