'use strict';

// Takes removed parts of the API out of service.
//
// A deployment is a snapshot of the API. CloudFormation makes the new one during the
// update and deletes what the template no longer has in the cleanup after it, so the
// snapshot still has a removed route, and the stage serves it on:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)

const partTypes = ['Method', 'Model', 'GatewayResponse'].map((name) => `AWS::ApiGateway::${name}`);

/**
 * Deploys the API once more if the update of the stack removed a part of it. before is
 * the template that the stack had.
 *
 * CloudFormation does not know that deployment, and can set the stage back to its own
 * when it updates the stage. So this also deploys again if the stage does not serve the
 * newest snapshot.
 */
async function deployWithoutRemoved(before, stack) {
  const { Resources: now } = await stack.deployedTemplate();
  const removed = Object.entries(before.Resources).some(([id, { Type }]) => partTypes.includes(Type) && !(id in now));
  const api = await stack.api();
  if (removed || (await api.servesOldSnapshot())) await api.deploy();
}

module.exports = { deployWithoutRemoved };
