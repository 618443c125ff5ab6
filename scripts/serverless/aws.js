'use strict';

const { createRequire } = require('node:module');

const sdk = createRequire(require.resolve('serverless/package.json'));

const classes = { acm: 'ACM', 'api-gateway': 'APIGateway', cloudformation: 'CloudFormation', lambda: 'Lambda', sts: 'STS' };

/**
 * Returns a function that returns the client of a service, such as aws('lambda'), with the
 * credentials and the region of the framework's provider.
 */
async function connect(provider) {
  const config = await provider.getAwsSdkV3Config();
  return (service) => new (sdk(`@aws-sdk/client-${service}`)[classes[service]])(config);
}

/** Returns the answer to a call, or undefined if what it names does not exist. */
async function ifAny(call) {
  try {
    return await call;
  } catch (error) {
    if (error.name === 'ResourceNotFoundException' || /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

module.exports = { connect, ifAny, sdk };
