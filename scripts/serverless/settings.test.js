'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { problems, unknownNames } = require('./settings');

// Good values for all parameters that have a rule.
const good = {
  architecture: 'arm64', logLevel: 'info', logDebugSample: 0, prime: 'on', corsOrigins: '*', corsMaxAge: 600,
  identityHeader: 'Authorization', authorizerTtl: 300, acceptTokens: true, acceptApiKeys: true, secretVersion: '', jwksUrl: '', jwtIssuer: '',
  jwtAudience: '', jwtAlgorithms: '', jwtLeeway: 0, throttleRate: 1000, throttleBurst: 2000, writeThrottleRate: 500, writeThrottleBurst: 1000,
  partners: '', partnerKeySource: 'HEADER', partnerRate: 50, partnerBurst: 100, partnerQuota: 1000000, partnerQuotaPeriod: 'MONTH', cacheSize: 'off',
  cacheTtl: 60, tracing: false, detailedMetrics: false, accessLog: true, accessLogRole: 'create', monitoring: true,
  alarmTopic: '', alarmLatencyMs: 1000, alarmConcurrency: 800, tableDeletionPolicy: 'Delete',
  tableDeletionProtection: false, tableKmsEncryption: false,
};

test('good parameters are no problem', () => {
  const variations = [
    {},
    { corsOrigins: 'https://a.example' },
    { corsOrigins: 'https://a.example, http://localhost:5173' },
    { jwksUrl: 'https://issuer.example/keys', jwtIssuer: 'https://issuer.example/', jwtAudience: 'users-api' },
    { jwksUrl: 'http://127.0.0.1:8080/keys', jwtIssuer: 'local', jwtAudience: 'users-api' },
    { tracing: 'true', cacheSize: 0.5, throttleBurst: '5' }, // as the command line gives them
    { partners: 'acme, globex-2' },
    { alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:ops' },
    { secretVersion: 'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE' },
  ];
  for (const variation of variations) {
    assert.deepEqual(problems({ ...good, ...variation }), [], JSON.stringify(variation));
  }
});

test('a bad parameter is named, with what it has to be', () => {
  const cases = [
    { given: { corsOrigins: 'https://a.example/' }, says: /corsOrigins is "https:\/\/a\.example\/": it has to be "\*" or origins/ },
    { given: { corsOrigins: '' }, says: /corsOrigins is ""/ },
    { given: { corsOrigins: 'a.example' }, says: /corsOrigins/ },
    { given: { corsOrigins: "https://a.example'" }, says: /corsOrigins/ },
    { given: { corsOrigins: 'https://a.example,*' }, says: /corsOrigins/ },
    { given: { identityHeader: 'X-Key' }, says: /identityHeader is "X-Key": it has to be Authorization or x-api-key/ },
    { given: { jwksUrl: 'http://issuer.example', jwtIssuer: 'i', jwtAudience: 'a' }, says: /jwksUrl .* has to be an https:\/\/ address/ },
    { given: { jwksUrl: 'https://issuer.example', jwtAudience: 'a' }, says: /jwtIssuer is missing/ },
    { given: { jwksUrl: 'https://issuer.example', jwtIssuer: 'i' }, says: /jwtAudience is missing/ },
    { given: { jwtLeeway: 31 }, says: /jwtLeeway is 31: it has to be a whole number from 0 to 30/ },
    { given: { jwtAlgorithms: 'RS256,none' }, says: /jwtAlgorithms .* has to be some of HS256, RS256/ },
    { given: { acceptApiKeys: false, acceptTokens: false }, says: /acceptApiKeys is false, so nobody could call/ },
    { given: { acceptApiKeys: 'false', identityHeader: 'x-api-key' }, says: /acceptApiKeys is false, so nobody could call/ },
    { given: { partnerKeySource: 'QUERY' }, says: /partnerKeySource/ },
    { given: { throttleRate: -1 }, says: /throttleRate/ },
    { given: { throttleRate: 1.5 }, says: /throttleRate/ },
    { given: { throttleBurst: 5001 }, says: /throttleBurst/ },
    { given: { partners: 'acme;globex' }, says: /partners .* with commas between them/ },
    { given: { partnerQuotaPeriod: 'YEAR' }, says: /partnerQuotaPeriod .* DAY, WEEK or MONTH/ },
    { given: { cacheSize: '1' }, says: /cacheSize/ },
    { given: { tracing: 'yes' }, says: /tracing is "yes": it has to be true or false/ },
    { given: { alarmTopic: 'ops' }, says: /alarmTopic is "ops": it has to be the ARN/ },
    { given: { tableDeletionPolicy: 'Snapshot' }, says: /tableDeletionPolicy/ },
    { given: { secretVersion: '1:2' }, says: /secretVersion/ },
    { given: { logDebugSample: 1.5 }, says: /logDebugSample is 1.5: it has to be a share from 0 to 1/ },
    { given: { logLevel: undefined }, says: /logLevel is "": it has to be debug, info, warn or error/ },
  ];
  for (const { given, says } of cases) {
    const found = problems({ ...good, ...given });
    assert.equal(found.length, 1, JSON.stringify([given, found]));
    assert.match(found[0], says);
  }
});

test('a name that is no parameter is told, not ignored', () => {
  assert.deepEqual(unknownNames(['corsOrigins'], ['corsOrigins']), []);
  assert.match(unknownNames(['corsOrigins'], ['corsOrigin'])[0], /corsOrigin is no parameter: .*params\.default/);
});
