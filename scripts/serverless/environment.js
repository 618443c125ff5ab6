'use strict';

/**
 * Leaves out of a function's environment the variables that have no value, and
 * those of the authorizer that its others make useless: a secret that verifies
 * nothing need not exist.
 */
function settleEnvironment(environment) {
  const settled = { ...environment };
  if (settled.IDENTITY_HEADER && (settled.API_KEYS_ONLY || settled.IDENTITY_HEADER !== 'Authorization')) {
    for (const name of Object.keys(settled)) if (/^JW(T|KS)_/.test(name)) delete settled[name];
  }
  if (settled.JWKS_URL) delete settled.JWT_SECRET;
  return Object.fromEntries(Object.entries(settled).filter(([, value]) => value !== ''));
}

module.exports = { settleEnvironment };
