'use strict';

// Checks the parameters of the stage that is packaged, before anything is built
// or called: a typing mistake is to be a sentence now, not a stack that rolls
// back in ten minutes. serverless.yml asks for it as custom.checked.

const algorithms = ['HS256', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

const isSwitch = oneOf('true', 'false');

// What each parameter has to be; those that are not here are checked by the
// framework's own schema, where serverless.yml uses them.
const rules = {
  architecture: oneOf('arm64', 'x86_64'),
  logLevel: oneOf('debug', 'info', 'warn', 'error'),
  logDebugSample: {
    test: (value) => value !== '' && Number(value) >= 0 && Number(value) <= 1,
    say: 'has to be a share from 0 to 1, such as 0.01',
  },
  prime: oneOf('on', 'off'),
  corsOrigins: {
    test: (value) => value === '*' || value.split(',').every((origin) => isOrigin(origin.trim())),
    say: 'has to be "*" or origins such as https://a.example,https://b.example (no path, no slash at the end)',
  },
  corsMaxAge: wholeNumber(1, 86400),
  identityHeader: oneOf('Authorization', 'x-api-key'),
  authorizerTtl: wholeNumber(0, 3600),
  acceptTokens: isSwitch,
  acceptApiKeys: isSwitch,
  secretVersion: {
    test: (value) => value === '' || /^[A-Za-z0-9-]{32,64}$/.test(value),
    say: 'has to be the id of a version of the secret (aws secretsmanager list-secret-version-ids), or nothing for the current one',
  },
  jwksUrl: {
    test: (value) => value === '' || /^https:\/\/[^/]+/.test(value) || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(value),
    say: 'has to be an https:// address, or nothing to verify with the secret jwtSecret',
  },
  jwtAlgorithms: {
    test: (value) => value === '' || value.split(',').every((name) => algorithms.includes(name.trim())),
    say: `has to be some of ${algorithms.join(', ')} with commas between them, or nothing for all that fit`,
  },
  jwtLeeway: wholeNumber(0, 30),
  throttleRate: wholeNumber(1, 10000),
  throttleBurst: wholeNumber(1, 5000),
  writeThrottleRate: wholeNumber(1, 10000),
  writeThrottleBurst: wholeNumber(1, 5000),
  partners: {
    test: (value) => value === '' || value.split(',').every((name) => /^[A-Za-z0-9_-]+$/.test(name.trim())),
    say: 'has to be names of letters, digits, - and _, with commas between them, such as acme,globex',
  },
  partnerKeySource: oneOf('HEADER', 'AUTHORIZER'),
  partnerRate: wholeNumber(1, 10000),
  partnerBurst: wholeNumber(1, 5000),
  partnerQuota: wholeNumber(1, 2147483647),
  partnerQuotaPeriod: oneOf('DAY', 'WEEK', 'MONTH'),
  cacheSize: oneOf('off', '0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'),
  cacheTtl: wholeNumber(1, 3600),
  tracing: isSwitch,
  detailedMetrics: isSwitch,
  accessLog: isSwitch,
  accessLogRole: oneOf('create', 'existing'),
  monitoring: isSwitch,
  alarmTopic: {
    test: (value) => value === '' || /^arn:[^:]+:sns:[^:]+:\d{12}:[^:]+$/.test(value),
    say: 'has to be the ARN of an SNS topic (arn:aws:sns:region:account:name), or nothing for alarms that tell nobody',
  },
  alarmLatencyMs: wholeNumber(1, 29000),
  alarmConcurrency: wholeNumber(1, 100000),
  tableDeletionPolicy: oneOf('Delete', 'Retain'),
  tableDeletionProtection: isSwitch,
  tableKmsEncryption: isSwitch,
};

function oneOf(...values) {
  return { test: (value) => values.includes(value), say: `has to be ${orList(values)}` };
}

function wholeNumber(least, most) {
  return {
    test: (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most,
    say: `has to be a whole number from ${least} to ${most}`,
  };
}

function orList(values) {
  return values.length === 1 ? values[0] : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

function isOrigin(text) {
  return /^https?:\/\/[^\s/?#'"*,]+$/.test(text);
}

/** Everything that is wrong with values (a map of name to value), a sentence each. */
function problems(values) {
  const found = [];
  for (const [name, { test, say }] of Object.entries(rules)) {
    const value = values[name];
    if (!test(value === undefined || value === null ? '' : String(value))) {
      found.push(`${name} is ${JSON.stringify(value ?? '')}: it ${say}`);
    }
  }
  if (values.jwksUrl) {
    for (const name of ['jwtIssuer', 'jwtAudience']) {
      if (!values[name]) {
        found.push(`${name} is missing: where jwksUrl is set it has to say whose tokens, and for whom, are good`);
      }
    }
  }
  const is = (name, value) => String(values[name]) === value;
  if (is('acceptApiKeys', 'false') && (is('acceptTokens', 'false') || is('identityHeader', 'x-api-key'))) {
    found.push(
      'acceptApiKeys is false, so nobody could call: set it to true, or acceptTokens to true and identityHeader to Authorization'
    );
  }
  return found;
}

/** The names that were given, for the stage or on the command line, and that are not in known. */
function unknownNames(known, given) {
  return given
    .filter((name) => !known.includes(name))
    .map((name) => `${name} is no parameter: they are listed under params.default in serverless.yml`);
}

/** Throws when a parameter of the stage is wrong or unknown. */
async function check({ resolveVariable, resolveConfigurationProperty, options }) {
  const blocks = await resolveConfigurationProperty(['params']);
  const known = Object.keys(blocks.default);
  const stage = await resolveVariable('sls:stage');
  const given = [
    ...Object.keys((stage !== 'default' && blocks[stage]) || {}),
    ...(options.param || []).map((item) => item.split('=')[0]),
  ];
  const values = {};
  for (const name of known) values[name] = await resolveVariable(`param:${name}, null`);

  const found = [...unknownNames(known, given), ...problems(values)];
  if (found.length) throw plainError(`the parameters of stage ${stage} need a correction:\n  - ${found.join('\n  - ')}\n`);
  return true;
}

/** An error that the framework, which prints stacks, shows as its message only. */
function plainError(message) {
  const error = new Error(message);
  error.stack = message;
  return error;
}

module.exports = { check, problems, unknownNames, plainError };
