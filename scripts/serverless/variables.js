'use strict';

// Values that serverless.yml cannot express itself. It reads them with
// ${file(scripts/serverless/variables.js):name}.

const os = require('node:os');
const { plainError } = require('./settings');

const lambdaArchitectures = { arm64: 'arm64', x64: 'x86_64' };

/** Returns Lambda's name of this machine's architecture, which stage local runs on. */
function machineArchitecture() {
  const architecture = lambdaArchitectures[os.arch()];
  if (architecture) return architecture;
  throw plainError(`Lambda does not have this machine's architecture (${os.arch()}): stage local needs arm64 or x64`);
}

/** Returns the Access-Control-Allow-Methods of the errors that API Gateway makes itself. */
async function allowMethods({ resolveConfigurationProperty }) {
  return (await resolveConfigurationProperty(['custom', 'cors', 'preflight', 'methods'])).join();
}

/**
 * Returns the Access-Control-Allow-Origin of the errors that API Gateway makes itself.
 * They can have one fixed value only, so with several origins it is "*": no response
 * depends on cookies, and these errors reveal nothing about a caller.
 */
async function errorOrigin({ resolveVariable }) {
  const origins = String(await resolveVariable('param:corsOrigins'));
  return origins.includes(',') ? '*' : origins.trim();
}

/**
 * Returns API Gateway's keys. Each has a type of its own, by the name of its partner: the
 * framework numbers the keys of one type, so that removing one would give it to the next partner.
 */
async function partnerKeys({ resolveVariable }) {
  const prefix = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  return (await partners(resolveVariable)).map((name) => ({ [`partner${name}`]: [`${prefix}-${name}`] }));
}

/** Returns the usage plan of each partner's type of keys. */
async function partnerPlans({ resolveVariable, resolveConfigurationProperty }) {
  const plan = await resolveConfigurationProperty(['custom', 'partnerPlan']);
  return (await partners(resolveVariable)).map((name) => ({ [`partner${name}`]: plan }));
}

/** Reports whether the routes require such a key: only if there is one. */
async function metered({ resolveVariable }) {
  return (await partners(resolveVariable)).length > 0;
}

/** Reports whether the stage has a domain, which replaces the execute-api endpoint. */
async function hasDomain({ resolveVariable }) {
  return Boolean(await resolveVariable('param:domain'));
}

async function partners(resolveVariable) {
  const names = String(await resolveVariable('param:partners'));
  return names.split(',').map((name) => name.trim()).filter(Boolean);
}

module.exports = { machineArchitecture, allowMethods, errorOrigin, partnerKeys, partnerPlans, metered, hasDomain };
