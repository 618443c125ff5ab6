'use strict';

// Looks at the account before a deployment builds or uploads anything: what would fail
// after minutes, and be rolled back, is one message at once.

const tls = require('node:tls');
const { connect, ifAny } = require('./aws');
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
  const { id, isNew, problems, passedOver } = await lookAt(await connect(provider), wanted);
  if (passedOver.length) log.notice(`Not checked before the deployment: ${passedOver.join('; ')}`);
  if (isNew) log.notice(`This is the first deployment of stage ${stage} in account ${id}, region ${region}`);
  if (stage === 'prod' && String(wanted.monitoring) === 'true' && !wanted.alarmTopic) {
    log.warning('the alarms of stage prod notify nobody: set alarmTopic to the ARN of an SNS topic');
  }
  refuse(problems);
}

/**
 * Returns {id, isNew, problems, passedOver}: the account's id, whether it does not have
 * the stack yet, everything that is wrong, in sentences, and why checks could not be made.
 * wanted is what the deployment needs of the account.
 */
async function lookAt(aws, wanted) {
  const found = { problems: wrongRegions(wanted), passedOver: [] };
  try {
    found.id = (await aws('sts').getCallerIdentity({})).Account;
  } catch (error) {
    found.problems.push(
      `the credentials are not accepted in ${wanted.region} (${error.message}): sign in again (aws sso login), or set AWS_PROFILE; or check the network and the name of the region`
    );
    return found;
  }
  // What may not be asked, or is not answered, is no reason to refuse a deployment.
  const attempt = (ask) => ask().catch((error) => found.passedOver.push(error.message));
  await attempt(async () => (found.isNew = !(await ifAny(aws('cloudformation').describeStacks({ StackName: wanted.stack })))));
  for (const check of [wrongConcurrency, wrongLogRole, wrongCertificate]) {
    await attempt(async () => found.problems.push(...(await check(aws, wanted))));
  }
  return found;
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
async function wrongConcurrency(aws, { functions }) {
  const reserving = functions.filter(({ reservedConcurrency }) => Number(reservedConcurrency) > 0);
  if (!reserving.length) return [];
  const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = (await aws('lambda').getAccountSettings({})).AccountLimit;
  // A function that does not exist yet has no reservation.
  const reserved = await Promise.all(reserving.map(({ name: FunctionName }) => ifAny(aws('lambda').getFunctionConcurrency({ FunctionName }))));
  const now = sum(reserved.map((each) => each?.ReservedConcurrentExecutions ?? 0));
  const free = Math.max(0, unreserved + now - Math.min(100, limit));
  const asked = sum(reserving.map(({ reservedConcurrency }) => Number(reservedConcurrency)));
  if (asked <= free) return [];
  const most = Math.floor(free / reserving.length);
  return [
    `reservedConcurrency asks for ${asked} concurrent executions of ${reserving.length} functions, and ${free} of the account's ${limit} are free: ` +
      `${most > 0 ? `set it to at most ${most}` : 'leave it out'}, or have the quota "Concurrent executions" of Lambda increased (Service Quotas)`,
  ];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

async function wrongLogRole(aws, { accessLog, accessLogRole }) {
  if (String(accessLog) !== 'true' || accessLogRole !== 'existing' || (await aws('api-gateway').getAccount({})).cloudwatchRoleArn) return [];
  return ['accessLogRole is existing, but API Gateway has no role for logs in this account and region: set accessLogRole to auto'];
}

async function wrongCertificate(aws, { region, domain, certificateArn: CertificateArn }) {
  if (!domain || CertificateArn.split(':')[3] !== region) return [];
  const answer = await ifAny(aws('acm').describeCertificate({ CertificateArn }));
  if (!answer) return [`certificateArn is ${CertificateArn}: there is no such certificate`];
  const { Status, DomainName, SubjectAlternativeNames } = answer.Certificate;
  const found = [];
  if (Status !== 'ISSUED') {
    found.push(`the certificate in certificateArn is ${Status}: it must be ISSUED, after its validation (aws acm describe-certificate shows the DNS record)`);
  }
  const subjectaltname = SubjectAlternativeNames.map((name) => `DNS:${name}`).join(', ');
  if (tls.checkServerIdentity(domain, { subjectaltname })) {
    found.push(`domain is ${domain}, and the certificate in certificateArn is for ${DomainName}: request one for ${domain}`);
  }
  return found;
}

module.exports = { preflight };
