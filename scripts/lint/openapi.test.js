'use strict';

// Redocly and Spectral find nothing in openapi.yml, not even something to warn of.

const test = require('node:test');
const tools = require('./tools');

const linters = {
  redocly: ['--config=scripts/lint/redocly.yaml'],
  spectral: ['--ruleset=scripts/lint/spectral.yaml', '--fail-severity=warn'],
};

for (const [name, options] of Object.entries(linters)) {
  test(`openapi.yml by ${name}`, () => tools.run(`.cache/openapi/node_modules/.bin/${name}`, ['lint', 'openapi.yml', ...options], { env: tools.offline }));
}
