'use strict';

// resources/deployer.yml grants what a deployment needs: what CloudFormation does for the
// resources in the compiled templates, and what the framework and the plugin call.

const assert = require('node:assert/strict');
const test = require('node:test');
const { everything, compiledTemplate } = require('../serverless/testing/service');
const tools = require('./tools');

const template = 'resources/deployer.yml';
const given = { Stage: 'dev', Repository: 'owner/name', HostedZoneId: 'Z1', WebAclArn: 'arn:aws:wafv2:::webacl', KmsKeyArn: 'arn:aws:kms:::key' };

// What the framework and the plugin call themselves.
const calls = [/^cloudformation:/, /^s3:(PutObject|DeleteObjectVersion)$/, /^lambda:(GetAccountSettings|List\*)$/, /^acm:DescribeCertificate$/];

// What CloudFormation does only for properties that the templates do not have.
const unused = {
  'resources of other kinds': /^(amplify|apprunner|appsync|bedrock-agentcore|codedeploy|cognito-idp|ec2|elasticfilesystem|elasticloadbalancing|firehose|kinesis|s3files|s3tables):/,
  'the policy of an API, a table, a log group or a firewall': /^(apigateway:UpdateRestApiPolicy|dynamodb:(Put|Delete)ResourcePolicy|logs:(Put|Delete)(Resource|DataProtection|Index)Policy|wafv2:.*PermissionPolicy)$/,
  'replicas, imports and streams of a table': /^dynamodb:(Associate|CreateTableReplica|Import|Scan|Query|.*Item|.*KinesisStreaming|UpdateContributor)/,
  'code signing, capacity and runtimes of functions': /^lambda:(AssociateRuntimeAlias|PassCapacityProvider|(Put|Delete)Function(CodeSigning|Recursion|Scaling)Config|PutRuntimeManagementConfig)$/,
  'streams of logs': /^logs:(CreateLog(Delivery|Stream)|PutBearer.*|PutLogEvents|PutLogGroupDeletionProtection)$/,
  'removing a boundary': /^iam:DeleteRolePermissionsBoundary$/,
  'keys that are named by an alias': /^kms:(ListAliases|RevokeGrant)$/,
  'other settings of a bucket': /^s3:(Put|Delete|Create|Update|REST)(?!Bucket(Policy|PublicAccessBlock|Tagging)?$|EncryptionConfiguration$|Object$)/,
  'copies of a secret': /^secretsmanager:(Replicate|RemoveRegions)/,
  'the value of a secret, which the deployer must not read': /^secretsmanager:GetSecretValue$/,
};

const covers = (granted, action) => new RegExp(`^${granted.replaceAll('*', '.*')}$`).test(action);

test('the deployer has the rights that a deployment needs, and no other', async () => {
  tools.cfnLint([template]);
  const templates = await Promise.all([compiledTemplate('prod', everything), compiledTemplate('dev')]);
  const types = new Set(templates.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));
  const documented = tools.actionsOf([...types]);
  const needed = documented.filter((action) => !Object.values(unused).some((pattern) => pattern.test(action)));
  for (const [reason, pattern] of Object.entries(unused)) assert.ok(documented.some((action) => pattern.test(action)), `${reason}: no longer documented, remove it`);

  const [{ resolved }] = tools.transform([{ template, parameters: given }]);
  const { Policies } = resolved.Resources.Deployer.Properties;
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  assert.ok(JSON.stringify(Policies).length < 10240, 'the policies in a role have 10,240 characters at most');
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
  const composite = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).find(({ Action }) => Action.includes('cloudwatch:PutCompositeAlarm'));
  assert.equal(composite.Resource, '*', 'PutCompositeAlarm needs a right that is not limited to some alarms');
  const granted = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action));
  assert.deepEqual(needed.filter((action) => !granted.some((each) => covers(each, action))), [], 'missing in resources/deployer.yml');
  const known = (right) => needed.some((action) => covers(right, action)) || calls.some((pattern) => pattern.test(right));
  assert.deepEqual(granted.filter((right) => !known(right)), [], 'nothing needs these in resources/deployer.yml');
});
