'use strict';

// Leaves the role with which API Gateway writes logs to the account, which has one for
// all its APIs.

/**
 * Drops the role from a compiled template if the account has one that this stack did not
 * make. deployed is the template that the stack has now, and roleOfAccount returns the
 * ARN of the account's role, if it has one.
 */
async function chooseLogRole({ Resources: resources }, deployed, roleOfAccount) {
  const { ApiGatewayAccount: account, ApiGatewayStage: stage } = resources;
  if (!account || deployed.Resources.ApiGatewayAccount || !(await roleOfAccount())) return;
  delete resources.ApiGatewayAccount;
  delete resources.ApiGatewayLogRole;
  stage.DependsOn = stage.DependsOn.filter((id) => id !== 'ApiGatewayAccount');
}

module.exports = { chooseLogRole };
