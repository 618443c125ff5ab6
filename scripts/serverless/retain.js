'use strict';

// Keeps what a stage cannot get back: the table, which serverless.yml retains and protects
// in production, and its logs.

const isTable = ({ Type }) => Type === 'AWS::DynamoDB::Table';

/**
 * Gives the log groups of a compiled template the policies of its table. Removing the
 * service, or one function, then keeps the logs.
 */
function retainLogs({ Resources: resources }) {
  const { DeletionPolicy, UpdateReplacePolicy } = Object.values(resources).find(isTable) ?? {};
  if (!DeletionPolicy || DeletionPolicy === 'Delete') return;
  for (const resource of Object.values(resources)) {
    if (resource.Type === 'AWS::Logs::LogGroup') Object.assign(resource, { DeletionPolicy, UpdateReplacePolicy });
  }
}

// Whether the tables are protected against deletion is a parameter of the stack, so that all
// deployments of a stage have one template. It is false only for the deployment that makes
// the tables: if that fails, CloudFormation could not delete what DynamoDB already protects.
const name = 'ProtectTable';
const condition = 'ProtectsTable';

/** Makes the protection of the tables in a compiled template depend on the parameter. */
function deferProtection(template) {
  const tables = Object.values(template.Resources).filter(isTable);
  const protectedTables = tables.filter(({ Properties }) => String(Properties.DeletionProtectionEnabled) === 'true');
  if (!protectedTables.length) return;
  template.Parameters = {
    ...template.Parameters,
    [name]: { Type: 'String', Default: 'true', AllowedValues: ['true', 'false'], Description: 'Whether DynamoDB refuses to delete the table' },
  };
  template.Conditions = { ...template.Conditions, [condition]: { 'Fn::Equals': [{ Ref: name }, 'true'] } };
  for (const { Properties } of protectedTables) Properties.DeletionProtectionEnabled = { 'Fn::If': [condition, true, false] };
}

/** Sets the parameter for a deployment. deployed is the template that the stack has now. */
function chooseProtection(template, deployed, provider) {
  if (template.Parameters?.[name]) setParameter(provider, Object.values(deployed.Resources).some(isTable));
}

/**
 * Protects the tables of a stack whose parameter is false, with a second change set. If
 * it fails, the next deployment repeats it.
 */
async function protect(deployer, provider, cloudFormation, StackName) {
  const { Stacks: [{ Parameters = [] }] } = await cloudFormation.describeStacks({ StackName });
  if (!Parameters.some(({ ParameterKey, ParameterValue }) => ParameterKey === name && ParameterValue === 'false')) return;
  setParameter(provider, true);
  await deployer.update();
}

function setParameter(provider, value) {
  const others = (provider.stackParameters ?? []).filter(({ ParameterKey }) => ParameterKey !== name);
  provider.stackParameters = [...others, { ParameterKey: name, ParameterValue: String(value) }];
}

/**
 * Makes every change set of the framework adopt the resources that an earlier stack of
 * the same name has retained: their names are taken, so they cannot be created. An
 * adopted resource keeps its data.
 *
 * CloudFormation adopts what has a fixed name and is retained again, and names what is
 * in the way otherwise:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
 */
function adoptRetained(deployer) {
  const { getCreateChangeSetParams } = deployer;
  deployer.getCreateChangeSetParams = function (template) {
    return { ...getCreateChangeSetParams.call(this, template), ImportExistingResources: true };
  };
}

module.exports = { isTable, retainLogs, deferProtection, chooseProtection, protect, adoptRetained };
