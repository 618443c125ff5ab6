'use strict';

// Updates only the functions whose program changed.
//
// The framework uploads the packages of each deployment to a new folder, so every
// function has a new address, and is updated, whenever anything is deployed. Here the
// address of a package is its content, and CloudFormation does not update a function
// whose address is the same. A package stays in the bucket until the service is removed:
// a rollback, of a stack or to an earlier deployment, may need it.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { ifAny } = require('./aws');

// <the service's folder in the bucket>/code/<SHA-256 of the package>/<its name>
const contentKey = /\/code\/([0-9a-f]{64})\/[^/]+$/;

/** Returns the properties of the functions in a compiled template. */
function functionsOf(template) {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => Properties);
}

const keysOf = (template) => functionsOf(template).map(({ Code }) => Code.S3Key);

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
 * Makes the deployment update the functions whose code "serverless deploy function"
 * replaced, of which CloudFormation does not know: their packages get an address in the
 * folder of the deployment, which is new. deployed is the template that the stack has.
 */
async function readdressReplaced(template, deployed, lambda, deploymentFolder) {
  const before = keysOf(deployed);
  for (const { Code, FunctionName } of functionsOf(template)) {
    if (!before.includes(Code.S3Key)) continue;
    const [, hash] = contentKey.exec(Code.S3Key);
    const running = await ifAny(lambda.getFunctionConfiguration({ FunctionName }));
    if (running && running.CodeSha256 !== Buffer.from(hash, 'hex').toString('base64')) {
      Code.S3Key = path.posix.join(deploymentFolder, path.posix.basename(Code.S3Key));
    }
  }
}

/** Makes the framework upload the functions' packages to the addresses that the template has. */
function uploadByAddress(deployer, template) {
  const { uploadZipFile } = deployer;
  deployer.uploadZipFile = function (upload) {
    const key = keysOf(template).find((each) => path.posix.basename(each) === path.basename(upload.filename));
    return uploadZipFile.call(this, key ? { ...upload, s3KeyDirname: path.posix.dirname(key) } : upload);
  };
}

module.exports = { functionsOf, addressByContent, readdressReplaced, uploadByAddress };
