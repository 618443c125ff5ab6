'use strict';

// Updates only the functions whose program changed.
//
// The framework uploads each deployment's packages to a folder of their own, and
// so every function has a new address, and is updated, whenever anything is
// deployed. Here a package's address is its content: the framework's upload is
// copied there, once, and CloudFormation sees nothing to do where it is the same.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

// <the service's folder in the bucket>/code/<SHA-256 of the package>/<its name>
const contentKey = /\/code\/([0-9a-f]{64})\/([^/]+)$/;

function functionsOf(template) {
  return Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
}

/** Gives the functions in a compiled template the addresses of their packages, which lie in folder. */
function addressByContent(template, folder, root) {
  for (const { Properties } of functionsOf(template)) {
    const key = Properties.Code.S3Key;
    const name = path.posix.basename(key);
    const content = fs.readFileSync(path.join(root, folder, name));
    const hash = crypto.createHash('sha256').update(content).digest('hex');
    // The framework's key is <the service's folder>/<the deployment>/<name>.
    Properties.Code.S3Key = path.posix.join(path.posix.dirname(path.posix.dirname(key)), 'code', hash, name);
  }
}

/** The package at key, as Lambda names code: its SHA-256 in base64. Undefined for another kind of key. */
function codeSha256(key) {
  const hash = contentKey.exec(key)?.[1];
  return hash && Buffer.from(hash, 'hex').toString('base64');
}

/** The package's address in this deployment's folder: a new one, so that the function is updated. */
function addressByDeployment(definition, deploymentFolder) {
  definition.Code.S3Key = path.posix.join(deploymentFolder, path.posix.basename(definition.Code.S3Key));
}

/**
 * Has all functions updated, as a forced deployment should: the authorizer then
 * reads its secret again, which CloudFormation does for what it updates only.
 */
function readdressAll(template, deploymentFolder) {
  for (const { Properties } of functionsOf(template)) addressByDeployment(Properties, deploymentFolder);
}

/**
 * Finds the functions whose code was changed behind CloudFormation's back, by
 * "serverless deploy function", which sees no reason to update them: what it put
 * there last is what is wanted now. They are updated. True if there are any.
 *
 * deployed is the template that the stack has now; codeOf gives the hash of the
 * code that a function runs, undefined if it cannot be told.
 */
async function readdressDrifted(template, deployed, deploymentFolder, codeOf) {
  const keys = new Set(functionsOf(deployed).map(({ Properties }) => Properties.Code.S3Key));
  let found = false;
  for (const { Properties } of functionsOf(template)) {
    const key = Properties.Code.S3Key;
    if (!keys.has(key)) continue;
    const running = await codeOf(Properties.FunctionName);
    if (!running || running === codeSha256(key)) continue;
    addressByDeployment(Properties, deploymentFolder);
    found = true;
  }
  return found;
}

/** Copies what this deployment uploaded to where the template looks for it, unless it is there. */
async function storeByContent(template, deploymentFolder, bucket) {
  const keys = new Set(functionsOf(template).map(({ Properties }) => Properties.Code.S3Key));
  for (const key of keys) {
    if (!contentKey.test(key) || (await bucket.has(key))) continue;
    await bucket.copy(path.posix.join(deploymentFolder, path.posix.basename(key)), key);
  }
}

/**
 * Removes the packages that no deployment needs which the framework still keeps
 * for a rollback. folder is the service's in the bucket.
 */
async function removeUnused(folder, bucket) {
  const keys = await bucket.list(`${folder}/`);
  const needed = new Set();
  for (const key of keys.filter((each) => each.endsWith('/compiled-cloudformation-template.json'))) {
    for (const { Properties } of functionsOf(JSON.parse(await bucket.read(key)))) needed.add(Properties.Code.S3Key);
  }
  // None at all is a listing that is not to be trusted.
  if (!needed.size) return;
  await bucket.remove(keys.filter((key) => contentKey.test(key) && !needed.has(key)));
}

module.exports = { addressByContent, readdressAll, readdressDrifted, storeByContent, removeUnused };
