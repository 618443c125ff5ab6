'use strict';

// Checks the parameters of the stage before anything is built: a mistake becomes a
// sentence at once instead of a stack that rolls back in ten minutes. serverless.yml
// calls check as custom.checked.

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
  jwksUrl: emptyOr(isKeySetURL, "be an https:// URL without user and fragment, or empty to verify tokens with the stage's secret"),
  jwtAlgorithms: emptyOr(
    (value) => value.split(',').every((item) => algorithms.includes(item.trim())),
    `be some of ${algorithms.join(', ')}, separated by commas, or empty for all that fit`
  ),
  jwtLeeway: wholeNumber(0, 30),
  domain: emptyOrLike(
    /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/,
    'be a host name in lower case, such as api.example.com, or empty for the execute-api endpoint'
  ),
  certificateArn: arnOf('acm', 'certificate/', 'a certificate'),
  hostedZoneId: emptyOrLike(/^Z[A-Z0-9]+$/, 'be the id of a hosted zone of Route 53, such as Z0123456789ABC, or empty'),
  webAclArn: arnOf('wafv2', 'regional/webacl/', 'a regional web ACL'),
  throttleRate: requestRate,
  throttleBurst: requestBurst,
  writeThrottleRate: requestRate,
  writeThrottleBurst: requestBurst,
  partners: emptyOrLike(/^[a-z0-9]+(, *[a-z0-9]+)*$/, 'be names of small letters and digits, separated by commas, such as acme,globex'),
  partnerKeySource: oneOf('HEADER', 'AUTHORIZER'),
  partnerRate: requestRate,
  partnerBurst: requestBurst,
  partnerQuota: wholeNumber(1, 2147483647),
  partnerQuotaPeriod: oneOf('DAY', 'WEEK', 'MONTH'),
  cacheSize: oneOf('off', '0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'),
  cacheTtl: wholeNumber(1, 3600),
  permissionsBoundary: emptyOrLike(/^[\w+=,.@-]{1,128}$/, 'be the name of a managed policy of the account, or empty'),
  tracing: isSwitch,
  detailedMetrics: isSwitch,
  accessLog: isSwitch,
  accessLogRole: oneOf('auto', 'create', 'existing'),
  monitoring: isSwitch,
  alarmTopic: arnOf('sns', '', 'an SNS topic'),
  alarmLatencyMs: wholeNumber(1, 29000),
  alarmConcurrency: wholeNumber(1, 100),
  tableDeletionPolicy: oneOf('Delete', 'Retain'),
  tableDeletionProtection: isSwitch,
  tableKmsEncryption: isSwitch,
  terminationProtection: emptyOrLike(/^(true|false)$/, 'be true, false, or null to leave it as it is'),
  kmsKeyArn: arnOf('kms', 'key/', 'a KMS key, not of an alias'),
};

/** Reports whether a browser can send the text as an Origin. */
function isOrigin(text) {
  return /^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Accepts what pkg/credential and template.yaml do: https, or http to this machine, without user and fragment. */
function isKeySetURL(text) {
  const form = /^(https:\/\/[A-Za-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:[1-9]\d*)?([/?]([\w!$&'()*+,./:;=?@~-]|%[0-9A-Fa-f]{2})*)?$/;
  return form.test(text) && URL.canParse(text);
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

function emptyOrLike(pattern, must) {
  return emptyOr((value) => pattern.test(value), must);
}

/** Takes the ARN of a resource in a region and an account. */
function arnOf(service, resource, what) {
  const pattern = new RegExp(`^arn:[^:]+:${service}:[^:]+:\\d{12}:${resource}[^:]+$`);
  return emptyOrLike(pattern, `be the ARN of ${what} (arn:aws:${service}:region:account:${resource}...), or empty`);
}

// What cannot be together: what is wrong and how to correct it, and when that is so, by the
// texts of the parameters.
const conflicts = {
  'jwtIssuer is missing: jwksUrl requires it': (p) => p.jwksUrl && !p.jwtIssuer,
  'jwtAudience is missing: jwksUrl requires it, or jwtClientId for an issuer whose access tokens have no aud': (p) =>
    p.jwksUrl && !p.jwtAudience && !p.jwtClientId,
  'jwtAlgorithms has HS256, which needs a secret: leave it out, or leave jwksUrl empty': (p) =>
    p.acceptTokens === 'true' && p.jwksUrl && p.jwtAlgorithms.includes('HS256'),
  'jwtAlgorithms must be HS256 or empty, since jwksUrl is empty': (p) => p.acceptTokens === 'true' && !p.jwksUrl && !['', 'HS256'].includes(p.jwtAlgorithms),
  'domain and certificateArn require each other, and hostedZoneId requires both: set them all, or leave them empty': (p) =>
    Boolean(p.domain) !== Boolean(p.certificateArn) || (p.hostedZoneId && !p.domain),
  'reservedConcurrency is too low: it must be at least provisionedConcurrency': (p) =>
    p.reservedConcurrency && Number(p.reservedConcurrency) < Number(p.provisionedConcurrency),
  'acceptApiKeys is false, so nobody could call: set it to true, or acceptTokens to true and identityHeader to Authorization': (p) =>
    p.acceptApiKeys === 'false' && (p.acceptTokens === 'false' || p.identityHeader === 'x-api-key'),
  'partnerKeySource is HEADER, which takes the header x-api-key, and so does identityHeader: set one of them to AUTHORIZER or Authorization': (p) =>
    p.partners && p.identityHeader === 'x-api-key' && p.partnerKeySource === 'HEADER',
  'partnerKeySource is AUTHORIZER, but only an entry of apiKeys names a partner: set acceptApiKeys to true': (p) =>
    p.partners && p.acceptApiKeys === 'false' && p.partnerKeySource === 'AUTHORIZER',
};

/** Returns a sentence for everything that is wrong with values, a map of name to value. */
function problems(values) {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value ?? '')]));
  const wrong = Object.keys(rules).filter((name) => !rules[name].test(texts[name]));
  return [
    ...wrong.map((name) => `${name} is "${texts[name]}": it must ${rules[name].must}`),
    ...Object.keys(conflicts).filter((says) => conflicts[says](texts)),
  ];
}

/** Throws if a parameter of the stage is wrong or unknown. */
async function check({ resolveVariable, resolveConfigurationProperty, options }) {
  const blocks = await resolveConfigurationProperty(['params']);
  const stage = await resolveVariable('sls:stage');
  const given = [...Object.keys(blocks[stage] ?? {}), ...(options.param ?? []).map((item) => item.split('=')[0])];
  const values = {};
  for (const name of Object.keys(blocks.default)) values[name] = await resolveVariable(`param:${name}, null`);

  const unknown = given.filter((name) => !Object.hasOwn(values, name)).map((name) => `${name} is not a parameter: params.default in serverless.yml lists them`);
  const found = [...unknown, ...problems(values)];
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
