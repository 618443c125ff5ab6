'use strict';

// The calls that the plugin makes to Amazon during a deployment, with the framework's
// own SDK and credentials.

const { createRequire } = require('node:module');

const sdk = createRequire(require.resolve('serverless/package.json'));

/** Returns the calls for the stack and the deployment bucket of the framework's provider. */
async function connect(provider) {
  const config = await provider.getAwsSdkV3Config();
  const s3 = new (sdk('@aws-sdk/client-s3').S3)(config);
  const cloudFormation = new (sdk('@aws-sdk/client-cloudformation').CloudFormation)(config);
  const lambda = new (sdk('@aws-sdk/client-lambda').Lambda)(config);
  const apiGateway = new (sdk('@aws-sdk/client-api-gateway').APIGateway)(config);
  const StackName = provider.naming.getStackName();
  const Bucket = await provider.getServerlessDeploymentBucketName();
  return {
    deployedTemplate: async () => JSON.parse((await cloudFormation.getTemplate({ StackName })).TemplateBody),
    parameter: async (name) => valueOf((await cloudFormation.describeStacks({ StackName })).Stacks[0].Parameters, name),
    api: () => apiOf(cloudFormation, apiGateway, StackName, provider.getStage()),
    roleOfAccount: async () => (await apiGateway.getAccount({})).cloudwatchRoleArn,
    codeOf: (FunctionName) => codeOf(lambda, FunctionName),
    copy: (from, to) => s3.copyObject({ Bucket, Key: to, CopySource: encodeURI(`${Bucket}/${from}`) }),
    read: async (Key) => (await s3.getObject({ Bucket, Key })).Body.transformToString(),
    list: (Prefix) => list(s3, { Bucket, Prefix }),
    remove: (Key) => s3.deleteObject({ Bucket, Key }),
  };
}

function valueOf(parameters = [], name) {
  return parameters.find(({ ParameterKey }) => ParameterKey === name)?.ParameterValue;
}

/** Returns the calls for the deployments of the stack's API, which are snapshots of it. */
async function apiOf(cloudFormation, apiGateway, StackName, stageName) {
  const { StackResourceDetail: api } = await cloudFormation.describeStackResource({ StackName, LogicalResourceId: 'ApiGatewayRestApi' });
  const restApiId = api.PhysicalResourceId;
  return {
    deploy: () => apiGateway.createDeployment({ restApiId, stageName, description: 'Without the removed parts' }),
    servesOldSnapshot: async () => {
      const { deploymentId } = await apiGateway.getStage({ restApiId, stageName });
      const { items } = await apiGateway.getDeployments({ restApiId, limit: 500 });
      return items.find(({ id }) => id === deploymentId)?.createdDate < Math.max(...items.map(({ createdDate }) => createdDate));
    },
  };
}

/** Returns the hash of the code that a function runs, or undefined if it is unknown. */
async function codeOf(lambda, FunctionName) {
  try {
    return (await lambda.getFunctionConfiguration({ FunctionName })).CodeSha256;
  } catch (error) {
    // The function does not exist or may not be read: CloudFormation decides.
    if ([403, 404].includes(error.$metadata?.httpStatusCode)) return undefined;
    throw error;
  }
}

async function list(client, input) {
  const keys = [];
  for await (const { Contents = [] } of sdk('@aws-sdk/client-s3').paginateListObjectsV2({ client }, input)) {
    keys.push(...Contents.map(({ Key }) => Key));
  }
  return keys;
}

module.exports = { connect };
