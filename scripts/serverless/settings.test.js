'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');
const { problems } = require('./settings');
const { definition } = require('./testing/service');

const rows = require('../../pkg/testing/parameters/parameters.json');
const issuer = { jwksUrl: 'https://issuer.example/keys', jwtIssuer: 'https://issuer.example/', jwtAudience: 'example' };
const arn = (service, resource) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const problemsWith = (given) => problems({ ...definition.params.default, ...given });

// Others are in parameters.json and in the deployments of testing/service.js and scripts/lint.
for (const given of [
  { jwksUrl: 'http://127.0.0.1:8080/keys', jwtIssuer: 'local', jwtAudience: 'example' },
  { tracing: 'true', cacheSize: 0.5, throttleBurst: '5' }, // as the command line gives them
  { reservedConcurrency: null, provisionedConcurrency: '2' },
]) {
  test(`good parameters: ${JSON.stringify(given)}`, () => assert.deepEqual(problemsWith(given), []));
}

for (const { given, says } of [
  { given: { identityHeader: 'X-Key' }, says: /identityHeader is "X-Key": it must be Authorization or x-api-key/ },
  { given: { jwksUrl: 'https://issuer.example', jwtAudience: 'a' }, says: /jwtIssuer is missing: jwksUrl requires it/ },
  { given: { jwksUrl: 'https://issuer.example', jwtIssuer: 'i' }, says: /jwtAudience is missing: jwksUrl requires it, or jwtClientId/ },
  { given: { jwtLeeway: 31 }, says: /jwtLeeway is "31": it must be a whole number from 0 to 30/ },
  { given: { acceptApiKeys: false, acceptTokens: false }, says: /acceptApiKeys is false, so nobody could call/ },
  { given: { acceptApiKeys: 'false', identityHeader: 'x-api-key' }, says: /acceptApiKeys is false, so nobody could call/ },
  { given: { jwtAlgorithms: 'RS256' }, says: /jwtAlgorithms must be HS256 or empty, since jwksUrl is empty/ },
  { given: { reservedConcurrency: '1', provisionedConcurrency: '2' }, says: /reservedConcurrency is too low: it must be at least provisionedConcurrency/ },
  { given: { partners: 'acme', identityHeader: 'x-api-key' }, says: /partnerKeySource is HEADER, which takes the header x-api-key/ },
  { given: { partners: 'acme', partnerKeySource: 'AUTHORIZER', acceptApiKeys: false }, says: /set acceptApiKeys to true/ },
  { given: { throttleRate: 1.5 }, says: /throttleRate/ },
  { given: { partners: 'acme;globex' }, says: /partners .* separated by commas/ },
  { given: { partnerQuotaPeriod: 'YEAR' }, says: /partnerQuotaPeriod .* DAY, WEEK or MONTH/ },
  { given: { tracing: 'yes' }, says: /tracing is "yes": it must be true or false/ },
  { given: { alarmTopic: 'ops' }, says: /alarmTopic is "ops": it must be the ARN/ },
  { given: { domain: 'https://api.example.com', certificateArn: arn('acm', 'certificate/1') }, says: /domain .* must be a host name in lower case/ },
  { given: { domain: 'api.example.com' }, says: /domain and certificateArn require each other/ },
  { given: { certificateArn: arn('acm', 'certificate/1') }, says: /domain and certificateArn require each other/ },
  { given: { hostedZoneId: 'Z0123456789ABC' }, says: /hostedZoneId requires both/ },
  { given: { webAclArn: arn('wafv2', 'global/webacl/users/1') }, says: /webAclArn .* must be the ARN of a regional web ACL/ },
  { given: { kmsKeyArn: arn('kms', 'alias/users') }, says: /kmsKeyArn .* must be the ARN of a KMS key, not of an alias/ },
  { given: { terminationProtection: 'maybe' }, says: /terminationProtection .* must be true, false, or null/ },
  { given: { logDebugSample: 1.5 }, says: /logDebugSample is "1.5": it must be a share from 0 to 1/ },
  { given: { logLevel: undefined }, says: /logLevel is "": it must be debug, info, warn or error/ },
]) {
  test(`a bad parameter is explained: ${JSON.stringify(given)}`, () => {
    const [problem, ...others] = problemsWith(given);
    assert.match(problem, says);
    assert.deepEqual(others, []);
  });
}

for (const { name, value, with: key, good } of rows) {
  const others = key || name === 'jwksUrl' ? issuer : {};
  test(`${name} ${JSON.stringify(value)} is ${good ? 'good' : 'bad'}`, () => {
    const named = problemsWith({ ...others, [name]: value }).map((problem) => problem.split(' ')[0]);
    assert.deepEqual(named, good ? [] : [name]);
  });
}
