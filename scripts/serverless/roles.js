'use strict';

// Gives the roles in the compiled template, which serverless-iam-roles-per-function makes,
// least privilege.

const { functionsOf } = require('./code');
const { isTable } = require('./retain');

const xrayStatement = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*', // X-Ray has no resources to name.
};

/** Changes the compiled template in place. boundary is the name of a managed policy, or empty. */
function correctRoles(template, boundary) {
  const { Resources: resources } = template;
  const key = Object.values(resources).find(isTable)?.Properties.SSESpecification?.KMSMasterKeyId;
  for (const fn of functionsOf(template)) {
    const role = resources[fn.Role?.['Fn::GetAtt']?.[0]];
    if (!role) throw new Error(`${fn.FunctionName} has no role of its own: give it iamRoleStatements`);
    const statements = role.Properties.Policies[0].PolicyDocument.Statement;
    statements.forEach(dropCreateLogGroup);
    if (fn.TracingConfig?.Mode === 'Active') statements.push(xrayStatement);
    if (key) statements.push(...decryptStatements(key, statements));
  }
  dropUnusedRole(resources);
  if (boundary) boundRoles(resources, boundary);
}

/**
 * A function writes to the log group that the stack makes for it. If it could make a
 * group itself, the last lines that it writes while the stack is removed would make
 * one that is never removed.
 */
function dropCreateLogGroup(statement) {
  statement.Action = [statement.Action].flat().filter((action) => action !== 'logs:CreateLogGroup');
}

/**
 * Returns the right to use a KMS key by the services that the statements allow and that
 * encrypt with it: such a service decrypts with the rights of its caller.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
function decryptStatements(key, statements) {
  const actions = statements.flatMap(({ Action }) => Action);
  const services = ['dynamodb', 'secretsmanager'].filter((service) => actions.some((action) => action.startsWith(`${service}:`)));
  return services.map((service) => ({
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: key,
    Condition: { StringEquals: { 'kms:ViaService': { 'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com` } } },
  }));
}

/** Drops the framework's role for all functions if none of them has it. */
function dropUnusedRole(resources) {
  const id = 'IamRoleLambdaExecution';
  const { [id]: role, ...others } = resources;
  if (role && !JSON.stringify(others).includes(`"${id}"`)) delete resources[id];
}

/** Bounds all roles, which the deployer may otherwise not make. */
function boundRoles(resources, policy) {
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type === 'AWS::IAM::Role') Properties.PermissionsBoundary = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:policy/${policy}` };
  }
}

module.exports = { correctRoles };
