'use strict';

// Encrypts the tables, the secret and the logs with a KMS key of the account (parameter kmsKeyArn).
// What is returned is merged into the resources that exist without it;
// scripts/serverless gives the roles the right to use the key.

const naming = require('serverless/lib/plugins/aws/lib/naming');

module.exports = async ({ resolveVariable, resolveConfigurationProperty }) => {
  const key = await resolveVariable('param:kmsKeyArn');
  if (!key) return {};
  const functions = Object.keys(await resolveConfigurationProperty(['functions']));
  const tables = Object.keys(await resolveConfigurationProperty(['custom', 'tables']));
  const encrypted = { Properties: { SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: key } } };
  const groups = functions.map((name) => naming.getLogGroupLogicalId(name));
  if (String(await resolveVariable('param:accessLog')) === 'true') groups.push('AccessLogGroup');
  return {
    Resources: {
      ...Object.fromEntries(tables.map((id) => [id, encrypted])),
      StageSecret: { Properties: { KmsKeyId: key } },
      ...Object.fromEntries(groups.map((id) => [id, { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: key } }])),
    },
  };
};
