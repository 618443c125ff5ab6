'use strict';

// Updates only the functions whose program changed.
//
// The framework uploads the packages of each deployment to a new folder, so every
// function has a new address, and is updated, whenever anything is deployed. Here the
// address of a package is its content: the upload is copied there, and CloudFormation
// does not update a function whose address is the same.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

// <the service's folder in the bucket>/code/<SHA-256 of the package>/<its name>
const contentKey = /\/code\/([0-9a-f]{64})\/[^/]+$/;

/** Returns the properties of the functions in a compiled template. */
function functionsOf(template) {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties);
}

const keysOf = (template) => new Set(functionsOf(template).map(({ Code }) => Code.S3Key));

/** Gives the functions in a compiled template the addresses of their packages, which are in folder. */
function addressByContent(template, folder) {
  for (const { Code } of functionsOf(template)) {
    const name = path.posix.basename(Code.S3Key);
    const hash = crypto.createHash('sha256').update(fs.readFileSync(path.join(folder, name))).digest('hex');
    // The framework's key is <the service's folder>/<the deployment>/<name>.
    const service = path.posix.dirname(path.posix.dirname(Code.S3Key));
    Code.S3Key = path.posix.join(service, 'code', hash, name);
  }
}

/**
 * Returns the functions whose code "serverless deploy function" replaced: CloudFormation
 * does not know of that and sees nothing to update.
 *
 * deployed is the template that the stack has now. codeOf returns the hash of the
 * code that a function runs, or undefined if it is unknown.
 */
async function drifted(template, deployed, codeOf) {
  const before = keysOf(deployed);
  const found = [];
  for (const fn of functionsOf(template)) {
    const running = before.has(fn.Code.S3Key) && (await codeOf(fn.FunctionName));
    if (running && running !== codeSha256(fn.Code.S3Key)) found.push(fn);
  }
  return found;
}

/** Makes the deployment update the functions: their packages get an address in its own folder, which is new. */
function readdress(functions, deploymentFolder) {
  for (const { Code } of functions) Code.S3Key = path.posix.join(deploymentFolder, path.posix.basename(Code.S3Key));
}

/** Returns the hash of the package at key in Lambda's form, or undefined if the key has none. */
function codeSha256(key) {
  const hash = contentKey.exec(key)?.[1];
  return hash && Buffer.from(hash, 'hex').toString('base64');
}

/** Copies the uploaded packages to the addresses that the template has. */
async function storeByContent(template, deploymentFolder, bucket) {
  for (const key of keysOf(template)) {
    if (contentKey.test(key)) await bucket.copy(path.posix.join(deploymentFolder, path.posix.basename(key)), key);
  }
}

/**
 * Removes the packages that no retained deployment uses. folder is the service's folder
 * in the bucket.
 */
async function removeUnused(folder, bucket) {
  const keys = await bucket.list(`${folder}/`);
  const needed = new Set();
  for (const key of keys.filter((each) => each.endsWith('/compiled-cloudformation-template.json'))) {
    for (const used of keysOf(JSON.parse(await bucket.read(key)))) needed.add(used);
  }
  // There is always a deployment: a listing without one is incomplete.
  if (!needed.size) return;
  for (const key of keys) if (contentKey.test(key) && !needed.has(key)) await bucket.remove(key);
}

module.exports = { functionsOf, addressByContent, drifted, readdress, storeByContent, removeUnused };
