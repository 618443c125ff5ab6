'use strict';

// Builds functions as stage local runs them, without the framework:
//
//   node scripts/serverless/cli.js getUser=functions/get-user ...
//
// It prints the packages, such as {"getUser":".serverless/getUser.zip"}.

const path = require('node:path');
const { buildFunctions } = require('./build');
const { machineArchitecture } = require('./variables');

const root = path.resolve(__dirname, '../..');
const functions = Object.fromEntries(process.argv.slice(2).map((pair) => pair.split('=', 2)));

buildFunctions({ root, architecture: machineArchitecture(), system: process.platform, functions }).then(
  (packages) => console.log(JSON.stringify(packages)),
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  }
);
