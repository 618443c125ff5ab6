'use strict';

// Checks the compiled template of every kind of stage with cfn-lint, which knows
// what CloudFormation takes:
//
//   node scripts/cfn-lint/lint.js
//
// cfn-lint is installed once, into .cache/cfn-lint.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { copyService, compiledTemplate } = require('../serverless/testing/service');

const root = path.resolve(__dirname, '../..');
const cache = path.join(root, '.cache', 'cfn-lint');

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

function main() {
  const cfnLint = install();
  const templates = compileAll(path.join(cache, 'templates'));
  run(cfnLint, ['--config-file', path.join(__dirname, 'config.yaml'), '--template', ...templates], { stdio: 'inherit' });
  console.log(`cfn-lint: ${templates.length} templates, nothing to report`);
}

/** Brings cfn-lint in the locked version, unless it is there, and gives its path. */
function install() {
  const lock = path.join(__dirname, 'requirements.txt');
  const stamp = path.join(cache, '.installed');
  const wanted = crypto.createHash('sha256').update(fs.readFileSync(lock)).digest('hex');
  const venv = path.join(cache, 'venv');
  if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== wanted) {
    console.log('installing cfn-lint …');
    fs.mkdirSync(cache, { recursive: true });
    run('python3', ['-m', 'venv', '--clear', venv]);
    run(path.join(venv, 'bin', 'python'), [
      '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', lock,
    ]);
    fs.writeFileSync(stamp, wanted);
  }
  return path.join(venv, 'bin', 'cfn-lint');
}

/** Compiles the variants into folder and gives the files' paths. */
function compileAll(folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const service = copyService();
  try {
    return variants.map(({ name, stage, parameters }) => {
      const file = path.join(folder, `${name.replaceAll(' ', '-')}.json`);
      fs.writeFileSync(file, JSON.stringify(compiledTemplate(service, stage, parameters), null, 1));
      return file;
    });
  } finally {
    service.dispose();
  }
}

/** Runs a command; where it fails, its own output is the error. */
function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (error?.code === 'ENOENT') throw new Error(`${command} is not there: install Python 3.10 or newer with venv`);
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} failed\n${stdout ?? ''}${stderr ?? ''}`.trim());
}

try {
  main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
