'use strict';

// Checks with cfn-lint, which knows what CloudFormation takes, the templates that it
// gets: what the framework compiles for every kind of stage, and what SAM's transform
// makes of template.yaml.
//
//   node scripts/lint/lint.js

const fs = require('node:fs');
const path = require('node:path');
const { copyService, compiledTemplate } = require('../serverless/testing/service');
const tools = require('./tools');

const variants = [
  { name: 'local', stage: 'local' },
  { name: 'dev', stage: 'dev' },
  { name: 'prod', stage: 'prod' },
  { name: 'any other', stage: 'v2' },
  {
    name: 'prod with everything on',
    stage: 'prod',
    parameters: {
      alarmTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
      cacheSize: '0.5',
      corsOrigins: 'https://a.example,https://b.example',
      detailedMetrics: 'true',
      identityHeader: 'x-api-key',
      partners: 'acme,globex',
      provisionedConcurrency: '2',
      reservedConcurrency: '50',
      secretVersion: 'EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE',
    },
  },
];

const samStages = ['dev', 'prod'];

function main() {
  tools.install();
  const folder = path.join(tools.cache, 'compiled');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const templates = [...compileAll(), ...transformAll()].map(({ name, template }) => {
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.json`);
    fs.writeFileSync(file, JSON.stringify(template, null, 1));
    return file;
  });
  tools.cfnLint(['--config-file', path.join(__dirname, 'config.yaml'), '--template', ...templates]);
  console.log(`cfn-lint: ${templates.length} templates, nothing to report`);
}

/** The framework's templates. */
function compileAll() {
  const service = copyService();
  try {
    return variants.map(({ name, stage, parameters }) => ({ name, template: compiledTemplate(service, stage, parameters) }));
  } finally {
    service.dispose();
  }
}

/** SAM's templates. */
function transformAll() {
  const jobs = samStages.map((Stage) => ({ template: 'template.yaml', parameters: { Stage } }));
  return tools.transform(jobs).map(({ translated }, i) => {
    // The transform puts the values of parameters in; "sam validate" looks for unused ones.
    translated.Metadata['cfn-lint'].config.ignore_checks.push('W2001');
    return { name: `sam ${samStages[i]}`, template: translated };
  });
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
