'use strict';

// Looks at the account before a deployment builds or uploads anything: what would fail
// after minutes, and be rolled back, is one message at once.

const { askAccount } = require('./account');
const { missingRegion } = require('./region');

/** Throws if the command that the framework is about to run needs a region or, if it deploys, anything else that is not there. */
async function preflight({ serverless, options, provider, log }) {
  const { service, processedInput, classes } = serverless;
  const stage = provider.getStage();
  const refuse = (problems) => {
    if (problems.length) throw new classes.Error(`nothing was done for stage ${stage}:\n  - ${problems.join('\n  - ')}\n`, 'SERVICE_PREFLIGHT');
  };
  refuse(await missingRegion(processedInput.commands, options, stage));
  if (processedInput.commands.join(' ') !== 'deploy') return;

  const region = provider.getRegion();
  const wanted = { ...service.custom.preflight, region, stack: provider.naming.getStackName(), functions: Object.values(service.functions) };
  const { id, isNew, problems, passedOver } = await lookAt(await askAccount(provider), wanted);
  if (passedOver.length) log.notice(`Not checked before the deployment: ${passedOver.join('; ')}`);
  if (isNew) log.notice(`This is the first deployment of stage ${stage} in account ${id}, region ${region}`);
  if (stage === 'prod' && String(wanted.monitoring) === 'true' && !wanted.alarmTopic) {
    log.warning('the alarms of stage prod notify nobody: set alarmTopic to the ARN of an SNS topic');
  }
  refuse(problems);
}

// Each check returns what is wrong in the account, in sentences. right is what the
// deployer needs for it.
const checks = [
  { right: 'lambda:GetAccountSettings, lambda:GetFunctionConcurrency and lambda:ListProvisionedConcurrencyConfigs', find: wrongConcurrency },
  { right: 'apigateway:GET on /account', find: wrongLogRole },
  { right: 'acm:DescribeCertificate', find: wrongCertificate },
];

/**
 * Returns {id, isNew, problems, passedOver}: the account's id, whether it does not have
 * the stack yet, everything that is wrong, and the checks that could not be made. wanted
 * is what the deployment needs of the account.
 */
async function lookAt(account, wanted) {
  const found = { problems: wrongRegions(wanted), passedOver: [] };
  try {
    found.id = await account.id();
  } catch (error) {
    found.problems.push(wrongCredentials(error, wanted.region));
    return found;
  }
  // What may not be asked, or is not answered, is no reason to refuse a deployment.
  const attempt = (right, ask) => ask().catch((error) => {
    found.passedOver.push(isDenied(error) ? `the deployer has no right to ${right}` : `${right}: ${error.message}`);
  });
  await attempt('cloudformation:DescribeStacks', async () => (found.isNew = !(await account.hasStack(wanted.stack))));
  for (const { right, find } of checks) await attempt(right, async () => found.problems.push(...(await find(account, wanted))));
  return found;
}

const isDenied = ({ name, $metadata }) => /^AccessDenied/.test(name) || $metadata?.httpStatusCode === 403;

function wrongCredentials(error, region) {
  if (['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'].includes(error.code)) {
    return `Amazon cannot be reached in ${region} (${error.message}): check the network and the name of the region`;
  }
  return `the credentials are not accepted in ${region} (${error.message}): sign in again (aws sso login), or set AWS_PROFILE`;
}

/** Compares the region with those in the ARNs of what must be in the same one. */
function wrongRegions({ region, certificateArn, alarmTopic }) {
  const elsewhere = (arn) => arn && arn.split(':')[3] !== region;
  const found = [];
  if (elsewhere(certificateArn)) found.push(`certificateArn is in ${certificateArn.split(':')[3]}: a regional API needs a certificate in its own region, ${region}`);
  if (elsewhere(alarmTopic)) found.push(`alarmTopic is in ${alarmTopic.split(':')[3]}: an alarm notifies a topic in its own region, ${region}`);
  return found;
}

/**
 * Lambda keeps 100 concurrent executions, or all that a new account has, for functions
 * without a reservation:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
 */
async function wrongConcurrency(account, { functions }) {
  const claims = functions
    .map(({ name, reservedConcurrency, provisionedConcurrency }) => ({ name, reserves: reservedConcurrency != null, asked: Number(reservedConcurrency ?? provisionedConcurrency ?? 0) }))
    .filter(({ asked }) => asked > 0);
  if (!claims.length) return [];
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = await account.concurrency();
  const now = await Promise.all(claims.map(({ name, reserves }) => (reserves ? account.reserved(name) : account.provisioned(name))));
  const free = Math.max(0, unreserved + sum(now) - Math.min(100, limit));
  const asked = sum(claims.map((claim) => claim.asked));
  if (asked <= free) return [];
  const most = Math.floor(free / claims.length);
  return [
    `${claims[0].reserves ? 'reservedConcurrency' : 'provisionedConcurrency'} asks for ${asked} concurrent executions of ${claims.length} functions, and ${free} of the account's ${limit} are free: ` +
      `${most > 0 ? `set it to at most ${most}` : 'leave it out'}, or have the quota "Concurrent executions" of Lambda increased (Service Quotas)`,
  ];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

async function wrongLogRole(account, { accessLog, accessLogRole }) {
  if (String(accessLog) !== 'true' || accessLogRole !== 'existing' || (await account.logRole())) return [];
  return ['accessLogRole is existing, but API Gateway has no role for logs in this account and region: set accessLogRole to auto'];
}

async function wrongCertificate(account, { region, domain, certificateArn }) {
  if (!certificateArn || certificateArn.split(':')[3] !== region) return [];
  const certificate = await account.certificate(certificateArn);
  if (!certificate) return [`certificateArn is ${certificateArn}: there is no such certificate`];
  const { Status, DomainName, SubjectAlternativeNames = [] } = certificate;
  const found = [];
  if (Status !== 'ISSUED') {
    found.push(`the certificate in certificateArn is ${Status}: it must be ISSUED, after its validation (aws acm describe-certificate shows the DNS record)`);
  }
  if (domain && ![DomainName, ...SubjectAlternativeNames].some((name) => covers(name, domain))) {
    found.push(`domain is ${domain}, and the certificate in certificateArn is for ${DomainName}: request one for ${domain}`);
  }
  return found;
}

/** Reports whether a name of a certificate covers a domain. "*" stands for one label. */
function covers(name, domain) {
  return name === domain || (name.startsWith('*.') && name.slice(1) === domain.slice(domain.indexOf('.')));
}

module.exports = { preflight };
