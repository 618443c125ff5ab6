'use strict';

/**
 * Returns a function's environment without the variables that have no value, and
 * without those of the authorizer that its other variables make useless: a secret
 * that verifies nothing need not exist.
 */
function usedVariables(environment) {
  const used = { ...environment };
  if (used.IDENTITY_HEADER && (used.API_KEYS_ONLY || used.IDENTITY_HEADER !== 'Authorization')) {
    for (const name of Object.keys(used)) if (/^JW(T|KS)_/.test(name)) delete used[name];
  }
  if (used.JWKS_URL) delete used.JWT_SECRET;
  return Object.fromEntries(Object.entries(used).filter(([, value]) => value !== ''));
}

module.exports = { usedVariables };
