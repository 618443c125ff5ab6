'use strict';

// Keeps what a stage cannot get back: with the table, which serverless.yml retains in
// production, its logs.

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

module.exports = { isTable, retainLogs, adoptRetained };
