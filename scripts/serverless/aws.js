'use strict';

// What the plugin asks of Amazon while it deploys, with the framework's own SDK
// and credentials.

const path = require('node:path');

const framework = path.dirname(require.resolve('osls/package.json'));
const sdk = (name) => require(require.resolve(`@aws-sdk/${name}`, { paths: [framework] }));

/** The deployment bucket. */
async function openBucket(provider) {
  const s3 = sdk('client-s3');
  const client = new s3.S3Client(await provider.getAwsSdkV3Config());
  const Bucket = await provider.getServerlessDeploymentBucketName();
  return {
    async has(Key) {
      try {
        await client.send(new s3.HeadObjectCommand({ Bucket, Key }));
        return true;
      } catch (error) {
        if (error.$metadata?.httpStatusCode === 404) return false;
        throw error;
      }
    },
    async copy(from, to) {
      const CopySource = `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
      await client.send(new s3.CopyObjectCommand({ Bucket, Key: to, CopySource }));
    },
    async read(Key) {
      const { Body } = await client.send(new s3.GetObjectCommand({ Bucket, Key }));
      return Body.transformToString();
    },
    async list(Prefix) {
      const keys = [];
      for await (const { Contents = [] } of s3.paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        keys.push(...Contents.map(({ Key }) => Key));
      }
      return keys;
    },
    async remove(keys) {
      for (let i = 0; i < keys.length; i += 1000) {
        const Objects = keys.slice(i, i + 1000).map((Key) => ({ Key }));
        await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      }
    },
  };
}

/** The template that the stack has now. */
async function deployedTemplate(provider) {
  const { CloudFormationClient, GetTemplateCommand } = sdk('client-cloudformation');
  const client = new CloudFormationClient(await provider.getAwsSdkV3Config());
  const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: provider.naming.getStackName() }));
  return JSON.parse(TemplateBody);
}

/** Gives a function's name the hash of the code that it runs; undefined where it cannot be told. */
async function codeReader(provider) {
  const { LambdaClient, GetFunctionConfigurationCommand } = sdk('client-lambda');
  const client = new LambdaClient(await provider.getAwsSdkV3Config());
  return async (FunctionName) => {
    try {
      return (await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).CodeSha256;
    } catch (error) {
      // Not there, or not to be seen: then CloudFormation has to know what to do.
      if ([403, 404].includes(error.$metadata?.httpStatusCode)) return undefined;
      throw error;
    }
  };
}

module.exports = { openBucket, deployedTemplate, codeReader };
