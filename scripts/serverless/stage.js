'use strict';

// Attaches the stage in resources/stage.js to the framework's deployment.
//
// The framework makes the stage as a part of the deployment, where it cannot have
// settings: CloudFormation refuses StageDescription on the second deployment of a
// stage, and calls made after the deployment are not rolled back with it. So the
// deployment loses its StageName, and the stage is a resource that refers to it.

const crypto = require('node:crypto');

const stageId = 'ApiGatewayStage';

// A deployment is a snapshot of these: it must be made after them, and again when one
// of them changes.
const snapshotTypes = ['RestApi', 'Resource', 'Method', 'Model', 'RequestValidator', 'Authorizer', 'GatewayResponse'].map(
  (name) => `AWS::ApiGateway::${name}`
);

/** Changes the compiled template in place. */
function attachStage({ Resources: resources }) {
  const oldId = Object.keys(resources).find((id) => resources[id].Type === 'AWS::ApiGateway::Deployment');
  const snapshot = Object.entries(resources).filter(([, { Type }]) => snapshotTypes.includes(Type));
  const deployment = resources[oldId];
  delete resources[oldId];
  delete deployment.Properties.StageName;
  deployment.DependsOn = snapshot.filter(([, { Type }]) => Type !== 'AWS::ApiGateway::RestApi').map(([id]) => id).sort();
  const newId = `ApiGatewayDeployment${digest(snapshot)}`;
  resources[newId] = deployment;

  resources[stageId].Properties.DeploymentId = { Ref: newId };
  // The usage plans and keys of partners wait for the old deployment.
  for (const resource of Object.values(resources)) if (resource.DependsOn === oldId) resource.DependsOn = stageId;
}

/**
 * Returns a name for the snapshot's content. The framework names each deployment by
 * the time; named by its content, an unchanged API keeps its deployment.
 */
function digest(snapshot) {
  const sorted = [...snapshot].sort(([a], [b]) => (a < b ? -1 : 1));
  return crypto.createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/**
 * Sets whether API Gateway checks bodies. The framework has it do so for each model; a
 * model that is only published tells clients what a body has.
 */
function setBodyValidation({ Resources: resources }, by) {
  const validators = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGateway::RequestValidator');
  for (const { Properties } of validators) Properties.ValidateRequestBody = by === 'gateway';
}

/**
 * Drops the role with which API Gateway writes logs from a compiled template if the account,
 * which has one for all its APIs, has one that this stack did not make. deployed is the
 * template that the stack has now.
 */
async function chooseLogRole({ Resources: resources }, deployed, apiGateway) {
  if (!resources.ApiGatewayAccount || deployed.Resources.ApiGatewayAccount) return;
  if (!(await apiGateway.getAccount({})).cloudwatchRoleArn) return;
  delete resources.ApiGatewayAccount;
  delete resources.ApiGatewayLogRole;
  resources[stageId].DependsOn = resources[stageId].DependsOn.filter((id) => id !== 'ApiGatewayAccount');
}

const removedTypes = ['Method', 'Model', 'GatewayResponse'].map((name) => `AWS::ApiGateway::${name}`);

/**
 * Deploys the API once more if the update of the stack removed a part of it. before and now
 * are the templates that the stack had and has. CloudFormation makes the new snapshot during
 * the update and deletes in the cleanup after it, so the snapshot still has a removed route:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html (UPDATE_COMPLETE_CLEANUP_IN_PROGRESS)
 *
 * CloudFormation does not know that deployment, and can set the stage back to its own
 * when it updates the stage. So this also deploys again if the stage does not serve the
 * newest snapshot.
 */
async function deployWithoutRemoved(before, now, apiGateway, stage) {
  const removed = Object.entries(before.Resources).some(([id, { Type }]) => removedTypes.includes(Type) && !(id in now.Resources));
  if (!removed && !(await servesOldSnapshot(apiGateway, stage))) return;
  await apiGateway.createDeployment({ ...stage, description: 'Without the removed parts' });
}

async function servesOldSnapshot(apiGateway, { restApiId, stageName }) {
  const { deploymentId } = await apiGateway.getStage({ restApiId, stageName });
  const { items } = await apiGateway.getDeployments({ restApiId, limit: 500 });
  return items.find(({ id }) => id === deploymentId)?.createdDate < Math.max(...items.map(({ createdDate }) => createdDate));
}

module.exports = { attachStage, setBodyValidation, chooseLogRole, deployWithoutRemoved };
