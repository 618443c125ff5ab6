'use strict';

// Ties the stage in resources/stage.js to the framework's deployment.
//
// The framework's own way lets the deployment make the stage, and such a stage
// cannot have settings: CloudFormation refuses StageDescription on the second
// deployment of a stage, and calls made after the deployment are not rolled
// back with it. So the deployment loses its StageName, and the stage, a
// resource of its own, points to the deployment.

const crypto = require('node:crypto');

const stageId = 'ApiGatewayStage';

// A deployment is a snapshot of these, so it has to be made after them, and
// made anew when one of them changes.
const snapshotTypes = new Set(
  ['RestApi', 'Resource', 'Method', 'Model', 'RequestValidator', 'Authorizer', 'GatewayResponse'].map(
    (name) => `AWS::ApiGateway::${name}`
  )
);

/** Changes the compiled template in place. */
function attachStage(template) {
  const resources = template.Resources;
  const oldId = Object.keys(resources).find((id) => resources[id].Type === 'AWS::ApiGateway::Deployment');
  const stage = resources[stageId];
  if (!oldId || !stage) {
    throw new Error(
      `the template has no ${oldId ? stageId : 'AWS::ApiGateway::Deployment'}; ` +
        'serverless.yml needs http events and resources/stage.js among its resources'
    );
  }

  const snapshot = Object.entries(resources).filter(([, resource]) => snapshotTypes.has(resource.Type));
  const newId = `ApiGatewayDeployment${digest(snapshot)}`;
  const deployment = resources[oldId];
  delete resources[oldId];
  delete deployment.Properties.StageName;
  deployment.DependsOn = snapshot.map(([id]) => id).filter((id) => resources[id].Type !== 'AWS::ApiGateway::RestApi').sort();
  resources[newId] = deployment;

  stage.Properties.DeploymentId = { Ref: newId };
  for (const resource of Object.values(resources)) waitForStage(resource, oldId);
}

/**
 * What needs the stage to exist (usage plan, keys) waited for the deployment
 * that made it.
 */
function waitForStage(resource, oldId) {
  const before = [resource.DependsOn ?? []].flat();
  if (before.includes(oldId)) resource.DependsOn = before.map((id) => (id === oldId ? stageId : id));
}

/**
 * The framework names each deployment by the time; by its content, an API that
 * did not change keeps its deployment, and the whole service its template.
 */
function digest(snapshot) {
  const sorted = [...snapshot].sort(([a], [b]) => (a < b ? -1 : 1));
  return crypto.createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

module.exports = { attachStage };
