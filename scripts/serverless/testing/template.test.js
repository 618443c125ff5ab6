'use strict';

// What only serverless.yml has, or what must stay as it is, in the template that the real
// framework and the plugin compile. scripts/lint compares all of the API, the functions with
// their roles, the tables and the logs with template.yaml.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { root, definition, routes, everything, compiledTemplate } = require('./service');
const lines = require('./lines');
const figures = require('../../tests/cost/figures.json');

const operations = fs.readFileSync(path.join(root, 'docs/operations.md'), 'utf8');
const names = Object.keys(definition.functions);
const tables = Object.values(definition.custom.tables).map((name) => name.replace(/.*}-?(.*)/, (_, suffix) => suffix && `${suffix}-`));
const logicalId = (name) => name[0].toUpperCase() + name.slice(1);
const propertiesOf = (template, type) =>
  Object.values(template.Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
const functionOf = (template, name) => template.Resources[`${logicalId(name)}LambdaFunction`].Properties;
const stageOf = (template) => template.Resources.ApiGatewayStage.Properties;
const methodsOf = (template) => propertiesOf(template, 'AWS::ApiGateway::Method').filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS');

let prod, full;

test.before(async () => {
  [prod, full] = await Promise.all([compiledTemplate('prod'), compiledTemplate('prod', everything)]);
});

test('a mistake in a parameter is explained, without a stack trace', () =>
  assert.rejects(compiledTemplate('dev', { corsOrigin: 'https://a.example' }), ({ message }) => {
    assert.match(message, /corsOrigin is not a parameter/);
    assert.doesNotMatch(message, /at .*settings\.js:\d+/);
    return true;
  }));

test('API Gateway checks bodies if it should, by models without characters that tools show in other ways', () => {
  for (const { ValidateRequestBody } of propertiesOf(full, 'AWS::ApiGateway::RequestValidator')) assert.equal(ValidateRequestBody, true);
  assert.doesNotMatch(JSON.stringify(full), /[^ -~]/);
});

test('the API has no empty policy, which a deployer would need a right to set', () => {
  for (const template of [prod, full]) assert.deepEqual(template.Resources.ApiGatewayRestApi.Properties.Policy, { Ref: 'AWS::NoValue' });
});

test('the stage serves a snapshot that is made after all parts of the API; usage plan and keys wait for the stage', () => {
  const idsOf = (types, { Resources } = full) => Object.keys(Resources).filter((id) => types.test(Resources[id].Type));
  const [[id], [other]] = [full, prod].map((template) => idsOf(/^AWS::ApiGateway::Deployment$/, template));
  assert.notEqual(id, other, 'another API has another snapshot');
  const { DependsOn, Properties } = full.Resources[id];
  assert.deepEqual(DependsOn, idsOf(/^AWS::ApiGateway::(Resource|Method|Model|RequestValidator|Authorizer|GatewayResponse)$/).sort());
  assert.deepEqual([Properties.StageName, stageOf(full).DeploymentId], [undefined, { Ref: id }]);
  for (const waiting of idsOf(/^AWS::ApiGateway::(ApiKey|UsagePlan)$/)) assert.equal(full.Resources[waiting].DependsOn, 'ApiGatewayStage', waiting);
});

test('every response that API Gateway makes itself has the error shape and the CORS headers', () => {
  const responses = propertiesOf(prod, 'AWS::ApiGateway::GatewayResponse');
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
  assert.equal(responses.length, 21, 'one for each type');
  for (const { ResponseType, ResponseParameters, ResponseTemplates, StatusCode } of responses) {
    const header = (name) => ResponseParameters[`gatewayresponse.header.${name}`];
    assert.equal(header('Access-Control-Allow-Origin'), "'*'");
    assert.match(header('Access-Control-Expose-Headers'), /ETag,Location,Retry-After/);
    assert.equal(Boolean(header('Retry-After')), ['429', '503'].includes(StatusCode));
    if (ResponseType === 'AUTHORIZER_FAILURE') assert.equal(StatusCode, '503'); // 401 would log users out
    assert.equal(Boolean(header('WWW-Authenticate')), ResponseType === 'UNAUTHORIZED');
    const body = JSON.parse(ResponseTemplates['application/json'].replace('$context.error.messageString', '"Invalid"'));
    assert.deepEqual([typeof body.error, body.requestId], ['string', '$context.requestId']);
    if (body.details) assert.deepEqual(Object.keys(body.details[0]), ['field', 'message']);
  }
});

test('preflights and the errors of API Gateway allow the origins and every method', () => {
  for (const [template, origin] of [[prod, "'*'"], [full, "'https://a.example'"]]) {
    const preflight = propertiesOf(template, 'AWS::ApiGateway::Method').find(({ HttpMethod }) => HttpMethod === 'OPTIONS');
    const [response] = preflight.Integration.IntegrationResponses;
    const errors = template.Resources.GatewayResponseDefault4xx.Properties.ResponseParameters;
    assert.equal(response.ResponseParameters['method.response.header.Access-Control-Allow-Origin'], origin);
    assert.equal(errors['gatewayresponse.header.Access-Control-Allow-Origin'], "'*'");
    assert.equal(response.ResponseTemplates['application/json'].includes('b[.]example'), template === full);
    for (const { method } of routes) {
      const allowed = errors['gatewayresponse.header.Access-Control-Allow-Methods'];
      assert.ok(allowed.includes(method), `custom.cors.preflight.methods in serverless.yml lacks ${method}: add it there`);
    }
  }
});

test('reads are cached if the cache is on, by keys that tell requests and callers apart', () => {
  assert.deepEqual([stageOf(prod).CacheClusterEnabled, stageOf(full).CacheClusterSize], [false, '0.5']);
  for (const { HttpMethod, RequestParameters, Integration } of methodsOf(full)) {
    assert.equal(Integration.Type, 'AWS_PROXY', "the rest of the method is the framework's");
    assert.deepEqual(Integration.CacheKeyParameters, ['GET', 'HEAD'].includes(HttpMethod) ? Object.keys(RequestParameters) : undefined);
  }
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html: what a new table takes a second.
// Each shard of the index of a list takes 1,000 write units a second.
test('a new table of users takes the writes that the limits let through', () => {
  const store = fs.readFileSync(path.join(root, 'pkg/user/store/list.go'), 'utf8');
  const shards = Number(/^const listShards = (\d+)$/m.exec(store)[1]);
  for (const [unit, most] of [['tableWrites', 4000], ['indexWrites', 1000 * shards]]) {
    const measured = routes.filter(({ path: route }) => figures.operations.some((each) => each.route.endsWith(` ${route}`)));
    const used = measured.map(({ method, path: route }) => {
      const { ThrottlingRateLimit } = stageOf(prod).MethodSettings.find((each) => each.HttpMethod === method && each.ResourcePath === `/${route.replaceAll('/', '~1')}`);
      return ThrottlingRateLimit * Math.max(...figures.operations.filter((each) => each.route === `${method.replace('HEAD', 'GET')} ${route}`).map((each) => each[unit] ?? 0));
    });
    assert.ok(used.every(Number.isFinite), `scripts/tests/cost/figures.json has the units of every method of these paths: ${used}`);
    assert.ok(used.reduce((sum, each) => sum + each) <= most, `${used.join(' + ')} ${unit} a second are more than ${most}`);
  }
});

test('partners get a key and a plan each, by their names, and every route requires a key', () => {
  const named = ([id, { Type, Properties }]) => (Type === 'AWS::ApiGateway::ApiKey' ? [[id, Properties.Name]] : []);
  const keys = [['ApiGatewayApiKeyPartneracme1', `${definition.service}-prod-acme`], ['ApiGatewayApiKeyPartnerglobex1', `${definition.service}-prod-globex`]];
  assert.deepEqual([Object.entries(prod.Resources).flatMap(named), Object.entries(full.Resources).flatMap(named)], [[], keys]);
  const { KeyId, UsagePlanId } = full.Resources.ApiGatewayUsagePlanKeyPartnerglobex1.Properties;
  assert.deepEqual([KeyId, UsagePlanId], [{ Ref: 'ApiGatewayApiKeyPartnerglobex1' }, { Ref: 'ApiGatewayUsagePlanPartnerglobex' }]);
  for (const { Throttle, Quota } of propertiesOf(full, 'AWS::ApiGateway::UsagePlan')) {
    assert.deepEqual([Throttle, Quota], [{ RateLimit: 3, BurstLimit: 4 }, { Limit: 5, Period: 'DAY' }]);
  }
  for (const { ApiKeyRequired } of methodsOf(full)) assert.equal(ApiKeyRequired, true);
});

test('every role has the boundary that is named', () => {
  const bounds = (template) => new Set(propertiesOf(template, 'AWS::IAM::Role').map(({ PermissionsBoundary }) => PermissionsBoundary?.['Fn::Sub']));
  assert.deepEqual([bounds(prod), bounds(full)], [new Set([undefined]), new Set(['arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary'])]);
  assert.equal(propertiesOf(full, 'AWS::IAM::Role').length, names.length + 1, "one for each function, and API Gateway's");
});

test('the outputs have what a record of the domain points to', () => {
  const [{ AliasTarget }] = propertiesOf(full, 'AWS::Route53::RecordSet');
  assert.deepEqual([full.Outputs.DomainTarget.Value, full.Outputs.DomainUrl.Value], [AliasTarget.DNSName, 'https://api.example.com']);
});

test('concurrency is reserved and provisioned by parameter', () => {
  const reserved = (template) => names.map((name) => functionOf(template, name).ReservedConcurrentExecutions);
  assert.deepEqual([reserved(prod), reserved(full)], [names.map(() => undefined), names.map(() => 50)]);
  assert.deepEqual(propertiesOf(prod, 'AWS::Lambda::Version'), []);
  assert.equal(propertiesOf(full, 'AWS::Lambda::Alias').length, names.length);
  for (const { Integration } of methodsOf(full)) assert.match(JSON.stringify(Integration.Uri), /provisioned/, 'the route calls the alias');
});

test('production keeps users, logs and secrets safe', () => {
  for (const { DeletionProtectionEnabled } of propertiesOf(prod, 'AWS::DynamoDB::Table')) {
    assert.deepEqual(DeletionProtectionEnabled, { 'Fn::If': ['ProtectsTable', true, false] });
  }
  assert.equal(prod.Parameters.ProtectTable.Default, 'true', '"rollback" sets no parameter');
  assert.doesNotMatch(stageOf(prod).AccessLogSetting.Format, /header|input/i);
  // CloudFormation makes a new value if this changes, and so ends all API keys and tokens.
  const generated = { SecretStringTemplate: '{"apiKeys":""}', GenerateStringKey: 'jwtSecret', PasswordLength: 64, ExcludePunctuation: true };
  assert.deepEqual(prod.Resources.StageSecret.Properties.GenerateSecretString, generated);
  assert.deepEqual(prod.Outputs.SecretArn.Value, { 'Fn::GetAtt': ['StageSecret', 'Id'] });
  assert.doesNotMatch(JSON.stringify(prod), /{{resolve:/, 'no variable has a secret');
});

test('alarms watch the API, every function and every table, and one of them notifies the topic', () => {
  const kinds = ['errors', 'throttles', 'duration-p99'];
  const own = ['api-5xx', 'api-latency-p99', 'account-concurrency', 'authorizer-keys-unavailable'];
  const expected = [
    ...own,
    ...tables.flatMap((name) => [`${name}table-throttles`, `${name}table-system-errors`]),
    ...names.flatMap((name) => kinds.map((kind) => `${name}-${kind}`)),
  ];
  const alarms = Object.entries(full.Resources).filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm');
  assert.deepEqual(alarms.map(([, { Properties }]) => Properties.AlarmName).sort(), expected.map((name) => `${definition.service}-prod-${name}`).sort());
  const { Threshold } = full.Resources[`Alarm${logicalId(names[0])}Duration`].Properties;
  assert.equal(Threshold, functionOf(full, names[0]).Timeout * 800, '80 % of the timeout in ms');
  const { Metrics, Threshold: percent } = full.Resources.AlarmAccountConcurrency.Properties;
  const { Expression } = Metrics.find(({ ReturnData }) => ReturnData);
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html: SERVICE_QUOTA(ConcurrentExecutions) is the account's limit
  assert.deepEqual([Expression, percent], ['100 * claimed / SERVICE_QUOTA(executions)', 80]);
  const watched = propertiesOf(prod, 'AWS::CloudWatch::Alarm').flatMap(({ Metrics = [{ MetricStat: true }] }) => Metrics.filter(({ MetricStat }) => MetricStat));
  const added = kinds.length * (names.length - 6) + 7 * (tables.length - 1); // by other routes and entities
  assert.equal(watched.length, figures.stage['alarm metric'] + added, 'in scripts/tests/cost/figures.json, from which docs/cost.md is computed');
  const { AlarmRule, AlarmActions } = full.Resources.AlarmServiceUnwell.Properties;
  assert.deepEqual(AlarmActions, ['arn:aws:sns:us-east-1:123456789012:ops']);
  for (const [id] of alarms) assert.ok(JSON.stringify(AlarmRule).includes(`\${${id}}`), id);
});

test('the dashboard, the queries and the alarms read what the functions write', () => {
  const { widgets } = JSON.parse(prod.Resources.Dashboard.Properties.DashboardBody['Fn::Sub']);
  for (const { x, width } of widgets) assert.ok(x + width <= 24);
  for (const metric of lines.readMetrics(propertiesOf(prod, 'AWS::CloudWatch::Alarm'), widgets)) assert.ok(lines.written.includes(metric), metric);
  const groups = propertiesOf(prod, 'AWS::Logs::LogGroup').map(({ LogGroupName }) => LogGroupName);
  const shown = widgets.filter(({ type }) => type === 'log').map(({ properties: { title, query } }) => (
    { Name: title, QueryString: query, LogGroupNames: [...query.matchAll(/SOURCE '([^']+)'/g)].map(([, group]) => group) }
  ));
  const runbook = [...operations.matchAll(/`(filter .*?)`/g)].map(([, QueryString]) => (
    { Name: 'docs/operations.md', QueryString, LogGroupNames: groups.filter((group) => group.startsWith('/aws/lambda/')) }
  ));
  for (const { Name, LogGroupNames, QueryString } of [...propertiesOf(prod, 'AWS::Logs::QueryDefinition'), ...shown, ...runbook]) {
    for (const group of LogGroupNames) assert.ok(groups.includes(group), group);
    const members = lines.membersOf(LogGroupNames);
    for (const field of lines.fieldsOf(QueryString)) assert.ok(members.includes(field), `${Name} reads ${field}, which no line has`);
  }
});
