'use strict';

// Values that serverless.yml cannot express itself; it asks for them with
// ${file(scripts/serverless/variables.js):name}.

const os = require('node:os');

const lambdaArchitectures = { arm64: 'arm64', x64: 'x86_64' };

/** The architecture of this machine, in Lambda's words: stage local runs here. */
function machineArchitecture() {
  const architecture = lambdaArchitectures[os.arch()];
  if (architecture) return architecture;
  throw new Error(
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

module.exports = { machineArchitecture, errorOrigin };
