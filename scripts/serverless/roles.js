'use strict';

// Least privilege, where the framework and its role plugin give more, or less.

const xrayStatement = {
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: '*', // X-Ray knows no resources
};

/** Changes the compiled template in place. */
function settleRoles(template) {
  const resources = template.Resources;
  for (const fn of ofType(resources, 'AWS::Lambda::Function')) {
    const role = resources[fn.Properties.Role?.['Fn::GetAtt']?.[0]];
    if (!role) throw new Error(`${fn.Properties.FunctionName} has no role of its own: give it iamRoleStatements`);
    const statements = role.Properties.Policies[0].PolicyDocument.Statement;
    statements.forEach(dropLogGroups);
    if (fn.Properties.TracingConfig?.Mode === 'Active') statements.push(xrayStatement);
  }
  dropUnusedRole(resources);
}

/**
 * A function writes into the log group that the stack made for it. Were it
 * allowed to make one, the last lines written while the stack is removed would
 * leave a group behind that is kept for ever.
 */
function dropLogGroups(statement) {
  statement.Action = [statement.Action].flat().filter((action) => action !== 'logs:CreateLogGroup');
}

/** The framework's role for all functions, when each of them has its own. */
function dropUnusedRole(resources) {
  const id = 'IamRoleLambdaExecution';
  const { [id]: role, ...others } = resources;
  if (role && !JSON.stringify(others).includes(`"${id}"`)) delete resources[id];
}

function ofType(resources, type) {
  return Object.values(resources).filter((resource) => resource.Type === type);
}

module.exports = { settleRoles };
