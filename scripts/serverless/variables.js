'use strict';

// Values that serverless.yml cannot express itself; it asks for them with
// ${file(scripts/serverless/variables.js):name}.

const os = require('node:os');
const { plainError } = require('./settings');

const lambdaArchitectures = { arm64: 'arm64', x64: 'x86_64' };

/** The architecture of this machine, in Lambda's words: stage local runs here. */
function machineArchitecture() {
  const architecture = lambdaArchitectures[os.arch()];
  if (architecture) return architecture;
  throw plainError(
    `this machine's processor (${os.arch()}) is none that Lambda has; stage local needs arm64 or x64`
  );
}

/**
 * The Access-Control-Allow-Origin of the errors that API Gateway makes itself.
 * They can carry one fixed value only, so with several origins it is "*": no
 * answer here depends on cookies, and these errors say nothing about a caller.
 */
async function errorOrigin({ resolveVariable }) {
  const origins = String(await resolveVariable('param:corsOrigins'));
  return origins.includes(',') ? '*' : origins.trim();
}

/** The names of API Gateway's keys, one for each partner. */
async function partnerKeys({ resolveVariable }) {
  const prefix = `${await resolveVariable('self:service')}-${await resolveVariable('sls:stage')}`;
  return (await partners(resolveVariable)).map((name) => `${prefix}-${name}`);
}

/** Whether the routes ask for such a key: only where there is one. */
async function metered({ resolveVariable }) {
  return (await partners(resolveVariable)).length > 0;
}

async function partners(resolveVariable) {
  const names = String(await resolveVariable('param:partners'));
  return names.split(',').map((name) => name.trim()).filter(Boolean);
}

module.exports = { machineArchitecture, errorOrigin, partnerKeys, metered };
