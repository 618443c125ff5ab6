'use strict';

// What a deployment asks the account before it changes anything, with the framework's
// own SDK and credentials.

const { createRequire } = require('node:module');

const sdk = createRequire(require.resolve('serverless/package.json'));

/** Returns the questions for the account of the framework's provider. */
async function askAccount(provider) {
  const config = await provider.getAwsSdkV3Config();
  const client = (name, service) => new (sdk(`@aws-sdk/client-${name}`)[service])(config);
  return {
    id: async () => (await client('sts', 'STS').getCallerIdentity({})).Account,
    hasStack: async (StackName) => Boolean(await ifAny(client('cloudformation', 'CloudFormation').describeStacks({ StackName }))),
    concurrency: async () => (await client('lambda', 'Lambda').getAccountSettings({})).AccountLimit,
    // Concurrent executions that are reserved for a function, which need not exist.
    reserved: async (FunctionName) =>
      (await ifAny(client('lambda', 'Lambda').getFunctionConcurrency({ FunctionName })))?.ReservedConcurrentExecutions ?? 0,
    // Instances that are kept warm for a function.
    provisioned: async (FunctionName) =>
      ((await ifAny(client('lambda', 'Lambda').listProvisionedConcurrencyConfigs({ FunctionName })))?.ProvisionedConcurrencyConfigs ?? [])
        .reduce((total, { RequestedProvisionedConcurrentExecutions: warm = 0 }) => total + warm, 0),
    logRole: async () => (await client('api-gateway', 'APIGateway').getAccount({})).cloudwatchRoleArn,
    certificate: async (CertificateArn) => {
      const { ACM } = require('@aws-sdk/client-acm'); // which the framework does not have
      return (await ifAny(new ACM(config).describeCertificate({ CertificateArn })))?.Certificate;
    },
  };
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

module.exports = { askAccount };
