'use strict';

// Protects the table against deletion once the first deployment of a stage has
// succeeded. A deployment that fails is rolled back, and CloudFormation could not delete
// the table that it had made if DynamoDB already protected it.
//
// Whether the table is protected is a parameter of the stack, so that all deployments of
// a stage have one template. It is false only for the deployment that makes the table.

const { isTable } = require('./retain');

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
 * it fails, the next deployment repeats it, even if there is nothing else to deploy.
 */
async function protect(deployer, provider, stack) {
  if ((await stack.parameter(name)) !== 'false') return;
  setParameter(provider, true);
  const { getCreateChangeSetParams } = deployer;
  deployer.getCreateChangeSetParams = function (template) {
    const { TemplateURL, ...parameters } = getCreateChangeSetParams.call(this, template);
    return { ...parameters, UsePreviousTemplate: true };
  };
  await deployer.update();
}

function setParameter(provider, value) {
  const others = (provider.stackParameters ?? []).filter(({ ParameterKey }) => ParameterKey !== name);
  provider.stackParameters = [...others, { ParameterKey: name, ParameterValue: String(value) }];
}

module.exports = { deferProtection, chooseProtection, protect };
