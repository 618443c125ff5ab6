'use strict';

// Another framework that reads serverless.yml would deploy half of the service.

/**
 * Throws unless the framework that loads the plugin is the one in node_modules.
 *
 * package.json installs it as "serverless". So Serverless Framework 2 to 4, installed
 * globally, starts it in place of itself:
 * https://github.com/serverless/serverless/blob/v3.40.0/lib/cli/local-serverless-path.js
 * https://github.com/serverless/serverless/blob/main/binary-installer/main.go, runLocalVersionIfAvailable
 */
function requireOwn(serverless) {
  if (serverless instanceof require('serverless')) return;
  throw new serverless.classes.Error(
    `this service is deployed by the framework in its node_modules, and this is another one (version ${serverless.version}): ` +
      'type "npx serverless ..." in place of "serverless ..."',
    'SERVICE_FRAMEWORK'
  );
}

module.exports = { requireOwn };
