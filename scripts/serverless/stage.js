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
  const stage = resources[stageId];
  if (!oldId || !stage) throw new Error('serverless.yml needs an http event, and resources/stage.js among its resources');

  const snapshot = Object.entries(resources).filter(([, { Type }]) => snapshotTypes.includes(Type));
  const { [oldId]: deployment } = resources;
  delete resources[oldId];
  delete deployment.Properties.StageName;
  deployment.DependsOn = snapshot.filter(([, { Type }]) => Type !== 'AWS::ApiGateway::RestApi').map(([id]) => id).sort();
  const newId = `ApiGatewayDeployment${digest(snapshot)}`;
  resources[newId] = deployment;

  stage.Properties.DeploymentId = { Ref: newId };
  for (const resource of Object.values(resources)) waitForStage(resource, oldId);
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
 * The framework gives an API without a resource policy an empty one. Setting it takes a
 * right (apigateway:UpdateRestApiPolicy) that a deployer need not have.
 */
function dropEmptyPolicy({ Resources: resources }) {
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type === 'AWS::ApiGateway::RestApi' && Properties.Policy === '') delete Properties.Policy;
  }
}

/** Makes a resource that waits for the old deployment (usage plan, keys) wait for the stage. */
function waitForStage(resource, oldId) {
  const before = [resource.DependsOn ?? []].flat();
  if (before.includes(oldId)) resource.DependsOn = before.map((id) => (id === oldId ? stageId : id));
}

/**
 * Returns a name for the snapshot's content. The framework names each deployment by
 * the time; named by its content, an unchanged API keeps its deployment.
 */
function digest(snapshot) {
  const sorted = [...snapshot].sort(([a], [b]) => (a < b ? -1 : 1));
  return crypto.createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

module.exports = { attachStage, dropEmptyPolicy, setBodyValidation };
