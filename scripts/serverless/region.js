'use strict';

// The region, found as the AWS tools find it, so that a deployment, the AWS CLI and the
// tools in this repository work in the same one.

const { sdk } = require('./aws');
const { loadConfig, NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS } = sdk('@smithy/core/config');

/**
 * Returns the region of the option, of the environment or of the profile in the AWS
 * configuration files, or undefined. The profile is the one whose credentials the
 * framework uses.
 */
async function findRegion(options, stage) {
  const { env } = process;
  const profile = options['aws-profile'] || env[`AWS_${stage.toUpperCase()}_PROFILE`] || env.AWS_PROFILE || env.AWS_DEFAULT_PROFILE;
  const load = loadConfig(
    { ...NODE_REGION_CONFIG_OPTIONS, environmentVariableSelector: () => env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined, default: undefined },
    { ...NODE_REGION_CONFIG_FILE_OPTIONS, profile }
  );
  return options.region || (await load());
}

/** Returns the region for serverless.yml. Packaging needs none; any will do. */
async function region({ options, resolveVariable }) {
  return (await findRegion(options, await resolveVariable('sls:stage'))) ?? 'us-east-1';
}

// The first words of the commands that call Amazon.
const callsAmazon = ['deploy', 'info', 'invoke', 'logs', 'metrics', 'remove', 'rollback'];

/** Returns a sentence if a command needs a region and there is none. */
async function missingRegion([command], options, stage) {
  if (!callsAmazon.includes(command) || (await findRegion(options, stage))) return [];
  return ['there is no region: give --region, set AWS_REGION, or set AWS_PROFILE to a profile that has one (aws configure)'];
}

module.exports = { findRegion, region, missingRegion };
