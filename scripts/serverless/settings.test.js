'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { problems, unknownNames } = require('./settings');
const { definition } = require('./testing/service');

const problemsWith = (given) => problems({ ...definition.params.default, ...given });

for (const given of [
  {},
  { corsOrigins: 'https://a.example, http://localhost:5173' },
  { jwksUrl: 'https://issuer.example/keys', jwtIssuer: 'https://issuer.example/', jwtAudience: 'users-api' },
  { jwksUrl: 'http://127.0.0.1:8080/keys', jwtIssuer: 'local', jwtAudience: 'users-api' },
  { tracing: 'true', cacheSize: 0.5, throttleBurst: '5' }, // as the command line gives them
  { partners: 'acme, globex-2', alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:ops' },
  { secretVersion: 'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE' },
]) {
  test(`good parameters: ${JSON.stringify(given)}`, () => assert.deepEqual(problemsWith(given), []));
}

for (const [given, says] of [
  [{ corsOrigins: 'https://a.example/' }, /corsOrigins is "https:\/\/a\.example\/": it must be "\*" or origins/],
  [{ corsOrigins: "https://a.example'" }, /corsOrigins/],
  [{ corsOrigins: 'https://a.example,*' }, /corsOrigins/],
  [{ identityHeader: 'X-Key' }, /identityHeader is "X-Key": it must be Authorization or x-api-key/],
  [{ jwksUrl: 'http://issuer.example', jwtIssuer: 'i', jwtAudience: 'a' }, /jwksUrl .* must be an https:\/\/ URL/],
  [{ jwksUrl: 'https://issuer.example', jwtAudience: 'a' }, /jwtIssuer is missing: jwksUrl requires it/],
  [{ jwtLeeway: 31 }, /jwtLeeway is 31: it must be a whole number from 0 to 30/],
  [{ jwtAlgorithms: 'RS256,none' }, /jwtAlgorithms .* must be some of HS256, RS256/],
  [{ acceptApiKeys: false, acceptTokens: false }, /acceptApiKeys is false, so nobody could call/],
  [{ acceptApiKeys: 'false', identityHeader: 'x-api-key' }, /acceptApiKeys is false, so nobody could call/],
  [{ throttleRate: 1.5 }, /throttleRate/],
  [{ partners: 'acme;globex' }, /partners .* separated by commas/],
  [{ partnerQuotaPeriod: 'YEAR' }, /partnerQuotaPeriod .* DAY, WEEK or MONTH/],
  [{ tracing: 'yes' }, /tracing is "yes": it must be true or false/],
  [{ alarmTopic: 'ops' }, /alarmTopic is "ops": it must be the ARN/],
  [{ secretVersion: '1:2' }, /secretVersion/],
  [{ logDebugSample: 1.5 }, /logDebugSample is 1.5: it must be a share from 0 to 1/],
  [{ logLevel: undefined }, /logLevel is "": it must be debug, info, warn or error/],
]) {
  test(`a bad parameter is explained: ${JSON.stringify(given)}`, () => {
    const [problem, ...others] = problemsWith(given);
    assert.match(problem, says);
    assert.deepEqual(others, []);
  });
}

test('an unknown parameter is explained', () => {
  assert.match(unknownNames(['corsOrigins'], ['corsOrigin'])[0], /corsOrigin is not a parameter: params\.default/);
});
