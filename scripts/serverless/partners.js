'use strict';

// Ties each partner's key to the partner's name. The framework numbers the keys of the
// list, so that removing one partner would give its key to the next one.

/**
 * Returns the part of a logical id, letters and digits, that stands for a partner. Two
 * names may have one: problems in settings.js refuses them.
 */
function partnerId(name) {
  return name.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
}

/** Renames the keys in a compiled template. prefix is what precedes the partner in a key's name. */
function nameKeys({ Resources: resources }, prefix) {
  const ofType = (type) => Object.entries(resources).filter(([, { Type }]) => Type === `AWS::ApiGateway::${type}`);
  const partners = {};
  for (const [id, key] of ofType('ApiKey')) {
    partners[id] = partnerId(key.Properties.Name.slice(prefix.length));
    rename(resources, id, `PartnerKey${partners[id]}`);
  }
  for (const [id, { Properties }] of ofType('UsagePlanKey')) {
    const partner = partners[Properties.KeyId.Ref];
    Properties.KeyId.Ref = `PartnerKey${partner}`;
    rename(resources, id, `PartnerPlanKey${partner}`);
  }
}

function rename(resources, from, to) {
  resources[to] = resources[from];
  delete resources[from];
}

module.exports = { partnerId, nameKeys };
