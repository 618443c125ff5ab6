'use strict';

// Checks the parameters of the stage before anything is built: a mistake becomes a
// sentence at once instead of a stack that rolls back in ten minutes. serverless.yml
// calls check as custom.checked.

const { partnerId } = require('./partners');

const algorithms = ['HS256', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const isSwitch = oneOf('true', 'false');
const requestRate = wholeNumber(1, 10000);
const requestBurst = wholeNumber(1, 5000);

// What each parameter must be. The framework's own schema checks the others where
// serverless.yml uses them.
const rules = {
  architecture: oneOf('arm64', 'x86_64'),
  logLevel: oneOf('debug', 'info', 'warn', 'error'),
  logDebugSample: {
    test: (value) => /^\d*\.?\d+$/.test(value) && Number(value) <= 1,
    must: 'be a share from 0 to 1, such as 0.01',
  },
  prime: oneOf('on', 'off'),
  corsOrigins: {
    test: (value) => value === '*' || value.split(',').every((origin) => isOrigin(origin.trim())),
    must: 'be "*" or origins as browsers send them, such as https://a.example,https://b.example (in lower case; no path, slash at the end or default port)',
  },
  corsMaxAge: wholeNumber(1, 86400),
  bodyValidation: oneOf('function', 'gateway'),
  identityHeader: oneOf('Authorization', 'x-api-key'),
  authorizerTtl: wholeNumber(0, 3600),
  acceptTokens: isSwitch,
  acceptApiKeys: isSwitch,
  jwksUrl: emptyOr(
    isKeySetURL,
    'be an https:// URL without user and fragment, or empty to verify tokens with the stage\'s secret'
  ),
  jwtAlgorithms: emptyOr(
    (value) => allMatch(value, new RegExp(`^(${algorithms.join('|')})$`)),
    `be some of ${algorithms.join(', ')}, separated by commas, or empty for all that fit`
  ),
  jwtIssuer: emptyOr(isTrimmed, 'have no white space around it'),
  jwtAudience: emptyOr(isTrimmed, 'have no white space around it'),
  jwtLeeway: wholeNumber(0, 30),
  domain: emptyOr(
    (value) => /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(value),
    'be a host name in lower case, such as api.example.com, or empty for the execute-api endpoint'
  ),
  certificateArn: arnOf('acm', 'certificate/', 'a certificate'),
  hostedZoneId: emptyOr((value) => /^Z[A-Z0-9]+$/.test(value), 'be the id of a hosted zone of Route 53, such as Z0123456789ABC, or empty'),
  webAclArn: arnOf('wafv2', 'regional/webacl/', 'a regional web ACL'),
  throttleRate: requestRate,
  throttleBurst: requestBurst,
  writeThrottleRate: requestRate,
  writeThrottleBurst: requestBurst,
  partners: emptyOr(
    (value) => allMatch(value, /^[A-Za-z0-9_-]+$/),
    'be names of letters, digits, - and _, separated by commas, such as acme,globex'
  ),
  partnerKeySource: oneOf('HEADER', 'AUTHORIZER'),
  partnerRate: requestRate,
  partnerBurst: requestBurst,
  partnerQuota: wholeNumber(1, 2147483647),
  partnerQuotaPeriod: oneOf('DAY', 'WEEK', 'MONTH'),
  cacheSize: oneOf('off', '0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'),
  cacheTtl: wholeNumber(1, 3600),
  permissionsBoundary: emptyOr((value) => /^[\w+=,.@-]{1,128}$/.test(value), 'be the name of a managed policy of the account, or empty'),
  tracing: isSwitch,
  detailedMetrics: isSwitch,
  accessLog: isSwitch,
  accessLogRole: oneOf('auto', 'create', 'existing'),
  monitoring: isSwitch,
  alarmTopic: emptyOr(
    (value) => /^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/.test(value),
    'be the ARN of an SNS topic (arn:aws:sns:region:account:name), or empty for alarms that notify nobody'
  ),
  alarmLatencyMs: wholeNumber(1, 29000),
  alarmConcurrency: wholeNumber(1, 100),
  tableDeletionPolicy: oneOf('Delete', 'Retain'),
  tableDeletionProtection: isSwitch,
  tableKmsEncryption: isSwitch,
  terminationProtection: emptyOr(isSwitch.test, 'be true, false, or null to leave it as it is'),
  kmsKeyArn: arnOf('kms', 'key/', 'a KMS key, not of an alias'),
};

/** Reports whether a browser can send the text as an Origin. */
function isOrigin(text) {
  return /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isTrimmed(text) {
  return text.trim() === text;
}

/** Accepts what pkg/credential and template.yaml do: https, or http to this machine, without user and fragment. */
function isKeySetURL(text) {
  const [, port = '443'] = /^(?:https:\/\/[A-Za-z0-9.-]+|http:\/\/(?:localhost|127\.0\.0\.1))(?::(\d{1,5}))?(?:[/?](?:[\w!$&'()*+,./:;=?@~-]|%[0-9A-Fa-f]{2})*)?$/.exec(text) ?? [text, '0'];
  return Number(port) >= 1 && Number(port) <= 65535;
}

function oneOf(...values) {
  return { test: (value) => values.includes(value), must: `be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` };
}

function wholeNumber(least, most) {
  return {
    test: (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
    must: `be a whole number from ${least} to ${most}`,
  };
}

function emptyOr(test, must) {
  return { test: (value) => value === '' || test(value), must };
}

/** Takes the ARN of a resource in a region and an account. */
function arnOf(service, resource, what) {
  const pattern = new RegExp(`^arn:[^:]+:${service}:[^:]+:\\d{12}:${resource}[^:]+$`);
  return emptyOr((value) => pattern.test(value), `be the ARN of ${what} (arn:aws:${service}:region:account:${resource}...), or empty`);
}

function allMatch(list, pattern) {
  return list.split(',').every((item) => pattern.test(item.trim()));
}

/** Returns a sentence for everything that is wrong with values, a map of name to value. */
function problems(values) {
  const found = [];
  for (const [name, { test, must }] of Object.entries(rules)) {
    const value = values[name] ?? '';
    if (!test(String(value))) found.push(`${name} is ${JSON.stringify(value)}: it must ${must}`);
  }
  if (values.jwksUrl && !values.jwtIssuer) found.push('jwtIssuer is missing: jwksUrl requires it');
  if (values.jwksUrl && !values.jwtAudience && !values.jwtClientId) {
    found.push('jwtAudience is missing: jwksUrl requires it, or jwtClientId for an issuer whose access tokens have no aud');
  }
  found.push(...unfitAlgorithms(values));
  found.push(...sharedKeys(values));
  if (values.domain && !values.certificateArn) found.push('certificateArn is missing: domain requires it, in the region of the stage');
  for (const name of ['certificateArn', 'hostedZoneId']) {
    if (values[name] && !values.domain) found.push(`${name} is set without domain: set domain too, or leave it empty`);
  }
  if (values.reservedConcurrency != null && Number(values.reservedConcurrency) < Number(values.provisionedConcurrency)) {
    found.push(`reservedConcurrency is ${values.reservedConcurrency}: it must be at least provisionedConcurrency, ${values.provisionedConcurrency}`);
  }
  const is = (name, value) => String(values[name]) === value;
  if (is('acceptApiKeys', 'false') && (is('acceptTokens', 'false') || is('identityHeader', 'x-api-key'))) {
    found.push('acceptApiKeys is false, so nobody could call: set it to true, or acceptTokens to true and identityHeader to Authorization');
  }
  if (values.partners && is('identityHeader', 'x-api-key') && is('partnerKeySource', 'HEADER')) {
    found.push('partnerKeySource is HEADER, which takes the header x-api-key, and so does identityHeader: set one of them to AUTHORIZER or Authorization');
  }
  if (values.partners && is('acceptApiKeys', 'false') && is('partnerKeySource', 'AUTHORIZER')) {
    found.push('partnerKeySource is AUTHORIZER, but only an entry of apiKeys names a partner: set acceptApiKeys to true');
  }
  return found;
}

/** Returns a sentence if jwtAlgorithms does not fit the secret or the issuer's keys. */
function unfitAlgorithms({ jwtAlgorithms, jwksUrl, acceptTokens }) {
  if (!jwtAlgorithms || String(acceptTokens) === 'false') return [];
  const fits = (algorithm) => (algorithm.trim() === 'HS256') === !jwksUrl;
  if (String(jwtAlgorithms).split(',').every(fits)) return [];
  return [`jwtAlgorithms is "${jwtAlgorithms}": it must be ${jwksUrl ? 'without HS256, which needs a secret' : 'HS256, since jwksUrl is empty'}`];
}

/** Returns a sentence for each partner whose key would also be another one's. */
function sharedKeys({ partners = '' }) {
  const names = String(partners).split(',').map((name) => name.trim());
  const firstOf = (name) => names.find((other) => partnerId(other) === partnerId(name));
  return names
    .filter((name, i) => names.indexOf(firstOf(name)) !== i)
    .map((name) => `partners has ${firstOf(name)} and ${name}, which would share one key: rename one of them, or name it once`);
}

/** Returns a sentence for each given name that is not known. */
function unknownNames(known, given) {
  return given
    .filter((name) => !known.includes(name))
    .map((name) => `${name} is not a parameter: params.default in serverless.yml lists them`);
}

/** Throws if a parameter of the stage is wrong or unknown. */
async function check({ resolveVariable, resolveConfigurationProperty, options }) {
  const blocks = await resolveConfigurationProperty(['params']);
  const known = Object.keys(blocks.default);
  const stage = await resolveVariable('sls:stage');
  const given = [...Object.keys(blocks[stage] ?? {}), ...(options.param ?? []).map((item) => item.split('=')[0])];
  const values = {};
  for (const name of known) values[name] = await resolveVariable(`param:${name}, null`);

  const found = [...unknownNames(known, given), ...problems(values)];
  if (found.length) throw plainError(`the parameters of stage ${stage} need a correction:\n  - ${found.join('\n  - ')}\n`);
  return true;
}

/** Returns an error that the framework, which prints stacks, shows as its message only. */
function plainError(message) {
  const error = new Error(message);
  error.stack = message;
  return error;
}

module.exports = { check, problems, plainError };
