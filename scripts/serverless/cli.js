'use strict';

// Builds functions as stage local runs them, without the framework:
//
//   node scripts/serverless/cli.js getUser=functions/get-user ...
//
// It prints the packages, such as {"getUser":".serverless/getUser.zip"}.

const path = require('node:path');
const { buildFunctions } = require('./build');
const { machineArchitecture } = require('./variables');

async function main(pairs) {
  const functions = Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
  const root = path.resolve(__dirname, '..', '..');
  console.log(JSON.stringify(await buildFunctions({ root, architecture: machineArchitecture(), system: process.platform, functions })));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
