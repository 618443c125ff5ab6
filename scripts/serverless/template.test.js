'use strict';

// What the real framework and this plugin compile, for each kind of stage.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { copyService, serverless, compiledTemplate } = require('./testing/service');
const lines = require('./testing/lines');

const service = copyService();
test.after(() => service.dispose());

const names = ['listUsers', 'getUser', 'createUser', 'updateUser', 'deleteUser', 'authorizer'];
const logicalId = (name) => name[0].toUpperCase() + name.slice(1);
const ofType = (template, type) => Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

// The framework takes seconds for each: the tests share these.
const [local, dev, prod, v2] = ['local', 'dev', 'prod', 'v2'].map((stage) => compiledTemplate(service, stage));
const full = compiledTemplate(service, 'prod', {
  identityHeader: 'x-api-key',
  corsOrigins: 'https://a.example,https://b.example',
  throttleRate: '7',
  throttleBurst: '8',
  writeThrottleRate: '5',
  writeThrottleBurst: '6',
  partners: 'acme,globex',
  partnerRate: '3',
  partnerBurst: '4',
  partnerQuota: '5',
  partnerQuotaPeriod: 'DAY',
  cacheSize: '0.5',
  cacheTtl: '30',
  reservedConcurrency: '50',
  provisionedConcurrency: '2',
  alarmTopic: 'arn:aws:sns:us-east-1:123456789012:ops',
});
const jwks = compiledTemplate(service, 'prod', {
  jwksUrl: 'https://issuer.example/keys',
  jwtIssuer: 'https://issuer.example/',
  jwtAudience: 'users-api',
  acceptApiKeys: 'false',
  corsOrigins: 'https://a.example',
  accessLogRole: 'existing',
});

test('every stage packages without account, credentials and network', () => {
  const machine = os.arch() === 'arm64' ? 'arm64' : 'x86_64';
  const cases = [
    { stage: 'local', template: local, architecture: machine },
    { stage: 'dev', template: dev, architecture: 'arm64' },
    { stage: 'prod', template: prod, architecture: 'arm64' },
    { stage: 'v2', template: v2, architecture: 'arm64' },
  ];
  for (const { stage, template, architecture } of cases) {
    const { Resources } = template;
    for (const name of names) {
      const { Properties } = Resources[`${logicalId(name)}LambdaFunction`];
      assert.equal(Properties.FunctionName, `users-api-${stage}-${name}`);
      assert.equal(Properties.Runtime, 'provided.al2023');
      assert.deepEqual(Properties.Architectures, [architecture], stage);
      assert.ok(Properties.Timeout < 29, 'API Gateway gives up after 29 s');
    }
  }
});

test('the same service compiles to the same template, in another folder and at another time', () => {
  const other = copyService();
  try {
    assert.deepEqual(compiledTemplate(other, 'prod'), prod);
  } finally {
    other.dispose();
  }
});

test('deploying without credentials says so', () => {
  const { status, output } = serverless(service, ['deploy', '--stage', 'dev']);
  assert.notEqual(status, 0);
  assert.match(output, /credentials/i);
});

test('a mistake in a parameter stops before anything is built', () => {
  fs.rmSync(path.join(service.dir, '.build'), { recursive: true, force: true });
  const { status, output } = serverless(service, ['package', '--stage', 'dev', '--param=corsOrigin=https://a.example']);
  assert.notEqual(status, 0);
  assert.match(output, /corsOrigin is no parameter/);
  assert.doesNotMatch(output, /at .*settings\.js:\d+/, 'no stack trace');
  assert.equal(fs.existsSync(path.join(service.dir, '.build')), false);
});

test('each function may do what its handler does, on its table, and no more', () => {
  const table = { 'Fn::GetAtt': ['UsersTable', 'Arn'] };
  const index = { 'Fn::Sub': '${UsersTable.Arn}/index/byCreation' };
  const cases = {
    listUsers: [{ actions: ['dynamodb:Query'], on: index }, { actions: ['dynamodb:GetItem'], on: table }],
    getUser: [{ actions: ['dynamodb:GetItem'], on: table }],
    createUser: [{ actions: ['dynamodb:PutItem'], on: table }],
    updateUser: [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], on: table }],
    deleteUser: [{ actions: ['dynamodb:GetItem', 'dynamodb:DeleteItem'], on: table }],
    authorizer: [],
  };
  for (const [name, expected] of Object.entries(cases)) {
    const role = dev.Resources[`${logicalId(name)}IamRoleLambdaExecution`].Properties;
    const [logs, ...statements] = role.Policies[0].PolicyDocument.Statement;
    assert.deepEqual(logs.Action, ['logs:CreateLogStream', 'logs:PutLogEvents']);
    assert.match(JSON.stringify(logs.Resource), new RegExp(`log-group:/aws/lambda/users-api-dev-${name}:`));
    assert.deepEqual(statements.map(({ Action, Resource }) => ({ actions: Action, on: Resource })), expected, name);
    assert.deepEqual(role.ManagedPolicyArns, []);
  }
  assert.equal(ofType(dev, 'AWS::IAM::Role').length, names.length, 'no role that nobody has');
});

test('tracing brings its rights to every function, and the stage', () => {
  for (const name of names) {
    const role = prod.Resources[`${logicalId(name)}IamRoleLambdaExecution`].Properties;
    const actions = role.Policies[0].PolicyDocument.Statement.flatMap(({ Action }) => Action);
    assert.ok(actions.includes('xray:PutTraceSegments'), name);
    assert.deepEqual(prod.Resources[`${logicalId(name)}LambdaFunction`].Properties.TracingConfig, { Mode: 'Active' });
  }
  assert.equal(prod.Resources.ApiGatewayStage.Properties.TracingEnabled, true);
});

test('the environment is what the functions read', () => {
  const environment = (template, name) => template.Resources[`${logicalId(name)}LambdaFunction`].Properties.Environment.Variables;
  for (const name of names.filter((each) => each !== 'authorizer')) {
    assert.deepEqual(environment(prod, name), {
      TABLE_NAME: { Ref: 'UsersTable' }, SERVICE: 'users-api', STAGE: 'prod', CORS_ORIGINS: '*', GOMAXPROCS: '1', GOGC: '400', LOG_LEVEL: 'info', LOG_DEBUG_SAMPLE: '0', PRIME: 'on',
    });
  }
  const secret = (key) => ({ 'Fn::Sub': `{{resolve:secretsmanager:users-api/prod:SecretString:${key}::}}` });
  const shared = { SERVICE: 'users-api', STAGE: 'prod', GOMAXPROCS: '1', GOGC: '400', LOG_LEVEL: 'info', LOG_DEBUG_SAMPLE: '0', PRIME: 'on', IDENTITY_HEADER: 'Authorization', JWT_LEEWAY: '0' };
  assert.deepEqual(environment(prod, 'authorizer'), { ...shared, JWT_SECRET: secret('jwtSecret'), API_KEYS: secret('apiKeys') });
  assert.deepEqual(environment(jwks, 'authorizer'), {
    ...shared, JWKS_URL: 'https://issuer.example/keys', JWT_ISSUER: 'https://issuer.example/', JWT_AUDIENCE: 'users-api',
  });
});

test('"deploy function" leaves the secrets alone', () => {
  // It sends the environment as it stands in serverless.yml, unless a value is an object.
  const { JWT_SECRET } = prod.Resources.AuthorizerLambdaFunction.Properties.Environment.Variables;
  assert.equal(typeof JWT_SECRET, 'object');
});

test('the routes ask the authorizer, and bodies are checked against the schema', () => {
  const schema = JSON.parse(fs.readFileSync(path.join(service.dir, 'pkg/user/schema.json'), 'utf8'));
  const methods = ofType(prod, 'AWS::ApiGateway::Method').map(([, { Properties }]) => Properties);
  assert.equal(methods.length, 7);
  for (const method of methods) {
    const isPreflight = method.HttpMethod === 'OPTIONS';
    assert.equal(method.AuthorizationType, isPreflight ? 'NONE' : 'CUSTOM');
    assert.equal(Boolean(method.RequestValidatorId), ['POST', 'PUT'].includes(method.HttpMethod));
  }
  const [[, model]] = ofType(prod, 'AWS::ApiGateway::Model');
  assert.deepEqual(model.Properties.Schema, schema);
  const [[, validator]] = ofType(prod, 'AWS::ApiGateway::RequestValidator');
  assert.equal(validator.Properties.ValidateRequestBody, true);
  const [[, authorizer]] = ofType(prod, 'AWS::ApiGateway::Authorizer');
  assert.equal(authorizer.Properties.Type, 'TOKEN');
  assert.equal(authorizer.Properties.IdentitySource, 'method.request.header.Authorization');
});

test('the credential can have a header of its own', () => {
  const [[, authorizer]] = ofType(full, 'AWS::ApiGateway::Authorizer');
  assert.equal(authorizer.Properties.IdentitySource, 'method.request.header.x-api-key');
  const { Variables } = full.Resources.AuthorizerLambdaFunction.Properties.Environment;
  assert.deepEqual(Object.keys(Variables), ['SERVICE', 'STAGE', 'GOMAXPROCS', 'GOGC', 'LOG_LEVEL', 'LOG_DEBUG_SAMPLE', 'PRIME', 'IDENTITY_HEADER', 'API_KEYS'], 'nothing of tokens');
  assert.equal(Variables.IDENTITY_HEADER, 'x-api-key');
  const challenge = full.Resources.GatewayResponseUnauthorized.Properties.ResponseParameters['gatewayresponse.header.WWW-Authenticate'];
  assert.equal(challenge, "'ApiKey'");
  const { CacheKeyParameters } = full.Resources.ApiGatewayMethodUsersGet.Properties.Integration;
  assert.ok(CacheKeyParameters.includes('method.request.header.x-api-key'));
});

test('all that API Gateway answers itself has the error shape and the CORS headers', () => {
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
  const types = [
    'ACCESS_DENIED', 'API_CONFIGURATION_ERROR', 'AUTHORIZER_CONFIGURATION_ERROR', 'AUTHORIZER_FAILURE', 'BAD_REQUEST_BODY',
    'BAD_REQUEST_PARAMETERS', 'DEFAULT_4XX', 'DEFAULT_5XX', 'EXPIRED_TOKEN', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT',
    'INVALID_API_KEY', 'INVALID_SIGNATURE', 'MISSING_AUTHENTICATION_TOKEN', 'QUOTA_EXCEEDED', 'REQUEST_TOO_LARGE',
    'RESOURCE_NOT_FOUND', 'THROTTLED', 'UNAUTHORIZED', 'UNSUPPORTED_MEDIA_TYPE', 'WAF_FILTERED',
  ];
  const statuses = {
    MISSING_AUTHENTICATION_TOKEN: '404', UNAUTHORIZED: '401', ACCESS_DENIED: '403', THROTTLED: '429', QUOTA_EXCEEDED: '429',
    BAD_REQUEST_BODY: '400', REQUEST_TOO_LARGE: '413', UNSUPPORTED_MEDIA_TYPE: '415', AUTHORIZER_FAILURE: '500',
  };
  const responses = ofType(prod, 'AWS::ApiGateway::GatewayResponse').map(([, { Properties }]) => Properties);
  assert.deepEqual(responses.map(({ ResponseType }) => ResponseType).sort(), types);
  for (const { ResponseType, ResponseParameters, ResponseTemplates, StatusCode } of responses) {
    if (statuses[ResponseType]) assert.equal(StatusCode, statuses[ResponseType], ResponseType);
    const header = (name) => ResponseParameters[`gatewayresponse.header.${name}`];
    assert.equal(header('Access-Control-Allow-Origin'), "'*'");
    assert.match(header('Access-Control-Expose-Headers'), /ETag,Location,Retry-After/);
    assert.equal(Boolean(header('Retry-After')), StatusCode === '429');
    assert.equal(header('WWW-Authenticate'), ResponseType === 'UNAUTHORIZED' ? "'Bearer'" : undefined);
    const body = JSON.parse(
      ResponseTemplates['application/json']
        .replace('$context.error.messageString', '"Invalid"')
        .replace('$context.requestId', 'id')
    );
    assert.equal(body.requestId, 'id');
    assert.equal(typeof body.error, 'string');
    if (body.details) assert.deepEqual(Object.keys(body.details[0]), ['field', 'message']);
  }
});

test('the preflight and the errors of API Gateway know the origins', () => {
  const cases = [
    { name: 'any', template: prod, preflight: "'*'", errors: "'*'" },
    { name: 'one', template: jwks, preflight: "'https://a.example'", errors: "'https://a.example'" },
    { name: 'two', template: full, preflight: "'https://a.example'", errors: "'*'", chosen: true },
  ];
  for (const { name, template, preflight, errors, chosen = false } of cases) {
    const { Resources } = template;
    const [response] = Resources.ApiGatewayMethodUsersOptions.Properties.Integration.IntegrationResponses;
    const header = (name) => response.ResponseParameters[`method.response.header.Access-Control-${name}`];
    assert.equal(header('Allow-Origin'), preflight, name);
    assert.equal(header('Max-Age'), "'600'");
    assert.equal(
      header('Allow-Headers'),
      "'Content-Type,Authorization,X-Api-Key,If-Match,If-None-Match,Idempotency-Key,X-Correlation-Id'"
    );
    assert.equal(header('Allow-Methods'), "'GET,POST,PUT,DELETE,OPTIONS'");
    assert.equal(response.ResponseTemplates['application/json'].includes('b[.]example'), chosen);
    assert.equal(
      Resources.GatewayResponseDefault4xx.Properties.ResponseParameters['gatewayresponse.header.Access-Control-Allow-Origin'],
      errors
    );
  }
});

test('the limits of the stage come from the parameters, a route each', () => {
  const settings = full.Resources.ApiGatewayStage.Properties.MethodSettings.map((setting) => [
    `${setting.HttpMethod} ${setting.ResourcePath}`,
    setting.ThrottlingRateLimit,
    setting.ThrottlingBurstLimit,
  ]);
  assert.deepEqual(settings, [
    ['* /*', 7, 8],
    ['GET /~1users', 7, 8],
    ['GET /~1users~1{id}', 7, 8],
    ['POST /~1users', 5, 6],
    ['PUT /~1users~1{id}', 5, 6],
    ['DELETE /~1users~1{id}', 5, 6],
  ]);
});

test('the cache is off until it is asked for, and tells callers apart', () => {
  assert.equal(prod.Resources.ApiGatewayStage.Properties.CacheClusterEnabled, false);
  assert.equal(prod.Resources.ApiGatewayMethodUsersGet.Properties.Integration.CacheKeyParameters, undefined);

  const { Resources } = full;
  const stage = Resources.ApiGatewayStage.Properties;
  assert.equal(stage.CacheClusterEnabled, true);
  assert.equal(stage.CacheClusterSize, '0.5');
  const cached = stage.MethodSettings.filter(({ CachingEnabled }) => CachingEnabled);
  assert.deepEqual(cached.map(({ HttpMethod, CacheTtlInSeconds, CacheDataEncrypted }) => [HttpMethod, CacheTtlInSeconds, CacheDataEncrypted]), [
    ['GET', 30, true],
    ['GET', 30, true],
  ]);
  const shared = ['header.x-api-key', 'header.If-None-Match', 'header.Origin'];
  const cases = [
    { id: 'ApiGatewayMethodUsersGet', keys: ['querystring.limit', 'querystring.cursor', 'querystring.email', ...shared] },
    { id: 'ApiGatewayMethodUsersIdVarGet', keys: ['path.id', ...shared] },
  ];
  for (const { id, keys } of cases) {
    const { RequestParameters, Integration } = Resources[id].Properties;
    const wanted = keys.map((key) => `method.request.${key}`);
    assert.deepEqual(Integration.CacheKeyParameters, wanted);
    assert.deepEqual(Object.keys(RequestParameters), wanted);
    assert.equal(Integration.Type, 'AWS_PROXY', 'the rest of the method is the framework\'s');
  }
});

test('partners get a key each, and every route asks for one', () => {
  assert.equal(ofType(prod, 'AWS::ApiGateway::ApiKey').length, 0);
  assert.equal(prod.Resources.ApiGatewayMethodUsersGet.Properties.ApiKeyRequired, false);

  assert.deepEqual(
    ofType(full, 'AWS::ApiGateway::ApiKey').map(([, { Properties }]) => Properties.Name),
    ['users-api-prod-acme', 'users-api-prod-globex']
  );
  const plan = full.Resources.ApiGatewayUsagePlan;
  assert.deepEqual(plan.DependsOn, ['ApiGatewayStage']);
  assert.deepEqual(plan.Properties.Throttle, { RateLimit: 3, BurstLimit: 4 });
  assert.deepEqual(plan.Properties.Quota, { Limit: 5, Period: 'DAY' });
  for (const [, { Properties }] of ofType(full, 'AWS::ApiGateway::Method')) {
    assert.equal(Boolean(Properties.ApiKeyRequired), Properties.HttpMethod !== 'OPTIONS');
  }
});

test('concurrency is reserved and provisioned by parameter', () => {
  for (const name of names) {
    assert.equal(prod.Resources[`${logicalId(name)}LambdaFunction`].Properties.ReservedConcurrentExecutions, undefined);
  }
  assert.equal(ofType(prod, 'AWS::Lambda::Version').length, 0);
  const aliases = ofType(full, 'AWS::Lambda::Alias');
  assert.equal(aliases.length, names.length);
  for (const [, { Properties }] of aliases) {
    assert.deepEqual(Properties.ProvisionedConcurrencyConfig, { ProvisionedConcurrentExecutions: 2 });
  }
  assert.equal(full.Resources.GetUserLambdaFunction.Properties.ReservedConcurrentExecutions, 50);
  assert.match(JSON.stringify(full.Resources.ApiGatewayMethodUsersIdVarGet), /provisioned/, 'the route calls the alias');
});

test('the table is safe in production', () => {
  const table = prod.Resources.UsersTable;
  assert.equal(table.DeletionPolicy, 'RetainExceptOnCreate');
  assert.equal(table.UpdateReplacePolicy, 'Retain');
  const { Properties } = table;
  assert.equal(Properties.DeletionProtectionEnabled, true);
  assert.equal(Properties.BillingMode, 'PAY_PER_REQUEST');
  assert.deepEqual(Properties.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: true });
  assert.deepEqual(Properties.TimeToLiveSpecification, { AttributeName: 'expiresAt', Enabled: true });
  assert.deepEqual(Properties.SSESpecification, { SSEEnabled: true });
  assert.deepEqual(Properties.KeySchema, [{ AttributeName: 'id', KeyType: 'HASH' }]);
  const [index] = Properties.GlobalSecondaryIndexes;
  assert.deepEqual(index.KeySchema, [{ AttributeName: 'listShard', KeyType: 'HASH' }, { AttributeName: 'id', KeyType: 'RANGE' }]);
  assert.deepEqual(index.Projection, { ProjectionType: 'ALL' });
  assert.equal(dev.Resources.UsersTable.DeletionPolicy, 'Delete');
});

test('logs are kept as long as the stage says, the access log among them, with no header in it', () => {
  const groups = ofType(prod, 'AWS::Logs::LogGroup');
  assert.equal(groups.length, names.length + 1);
  for (const [, { Properties }] of groups) assert.equal(Properties.RetentionInDays, 90);
  const { AccessLogSetting } = prod.Resources.ApiGatewayStage.Properties;
  assert.doesNotMatch(AccessLogSetting.Format, /header|input/i);
  assert.equal(JSON.parse(AccessLogSetting.Format).requestId, '$context.requestId');
  assert.equal(prod.Resources.ApiGatewayAccount.DeletionPolicy, 'Retain');
  assert.deepEqual(prod.Resources.ApiGatewayStage.DependsOn, ['ApiGatewayAccount']);
  assert.equal(jwks.Resources.ApiGatewayAccount, undefined, "the account's own role");
  assert.ok(jwks.Resources.ApiGatewayStage.Properties.AccessLogSetting);
});

test('alarms watch the API, every function and the table, and one tells the topic', () => {
  const alarms = ofType(full, 'AWS::CloudWatch::Alarm');
  const named = alarms.map(([, { Properties }]) => Properties.AlarmName);
  for (const name of names) {
    for (const kind of ['errors', 'throttles', 'duration-p99', 'concurrency']) {
      assert.ok(named.includes(`users-api-prod-${name}-${kind}`), `${name} ${kind}`);
    }
  }
  for (const kind of ['api-5xx', 'api-latency-p99', 'table-throttles', 'table-system-errors']) {
    assert.ok(named.includes(`users-api-prod-${kind}`), kind);
  }
  const { AlarmGetUserDuration, AlarmAuthorizerErrors, AlarmServiceUnwell } = full.Resources;
  assert.equal(AlarmGetUserDuration.Properties.Threshold, 8000, '80 % of 10 s');
  assert.equal(AlarmAuthorizerErrors.Properties.Namespace, 'users-api', "refusals are errors in Lambda's own metric");
  assert.deepEqual(AlarmServiceUnwell.Properties.AlarmActions, ['arn:aws:sns:us-east-1:123456789012:ops']);
  const rule = JSON.stringify(AlarmServiceUnwell.Properties.AlarmRule);
  for (const [id] of alarms) assert.ok(rule.includes(`\${${id}}`), id);
  assert.equal(prod.Resources.AlarmServiceUnwell.Properties.AlarmActions, undefined);
});

test('the dashboard and the saved queries are of this stage', () => {
  const body = prod.Resources.Dashboard.Properties.DashboardBody['Fn::Sub'];
  assert.doesNotMatch(body.replaceAll('${AWS::Region}', ''), /\$\{/);
  const { widgets } = JSON.parse(body);
  assert.ok(widgets.length >= 12);
  for (const { x, width } of widgets) assert.ok(x + width <= 24);
  const saved = ofType(prod, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
  assert.ok(saved.length >= 6);
  const groups = new Set(ofType(prod, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.LogGroupName));
  for (const { Name, LogGroupNames } of saved) {
    assert.match(Name, /^users-api-prod\//);
    for (const group of LogGroupNames) assert.ok(groups.has(group), group);
  }
});

test('saved queries read what the lines of their log groups have', () => {
  const saved = ofType(prod, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
  const { widgets } = JSON.parse(prod.Resources.Dashboard.Properties.DashboardBody['Fn::Sub']);
  const shown = widgets
    .filter(({ type }) => type === 'log')
    .map(({ properties: { title, query } }) => ({
      Name: title,
      LogGroupNames: [...query.matchAll(/SOURCE '([^']+)'/g)].map(([, group]) => group),
      QueryString: query,
    }));
  for (const name of ['slowest-routes', 'errors-by-cause', 'cold-starts', 'denied']) {
    assert.ok(saved.some(({ Name }) => Name === `users-api-prod/${name}`), name);
  }
  assert.ok(shown.length > 0);
  for (const { Name, LogGroupNames, QueryString } of [...saved, ...shown]) {
    const [fields, members] = [lines.fieldsOf(QueryString), lines.members(LogGroupNames)];
    assert.ok(fields.length > 0, Name);
    for (const field of fields) assert.ok(members.has(field), `${Name} reads ${field}, which no line has`);
  }
});

test('alarms and dashboard watch metrics that the lines are', () => {
  const { widgets } = JSON.parse(prod.Resources.Dashboard.Properties.DashboardBody['Fn::Sub']);
  const watched = [
    ...ofType(prod, 'AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => lines.metricsOfAlarm(Properties)),
    ...widgets.flatMap(lines.metricsOfWidget),
  ];
  assert.ok(watched.length > 15);
  for (const metric of watched) {
    assert.ok(lines.isWritten(metric), `nobody writes ${JSON.stringify(metric)}`);
    assert.equal(metric.dimensions.service, 'users-api');
    assert.equal(metric.dimensions.stage, 'prod');
    const { function_name: fn } = metric.dimensions;
    if (fn) assert.ok(names.some((name) => fn === `users-api-prod-${name}`), fn);
  }
});

test('what is read of a query is its fields', () => {
  const query =
    "SOURCE '/aws/lambda/x' | fields @timestamp, a_b | filter c >= 500 or d = \"NO field\" and ispresent(e) " +
    '| stats count(*) as n, pct(f, 50) as p by g, bin(5m) | sort n desc | limit 5';
  assert.deepEqual(lines.fieldsOf(query), ['a_b', 'c', 'd', 'e', 'f', 'g']);
  const written = { namespace: 'users-api', name: 'Denied', dimensions: { service: 's', stage: 'p', reason: 'r' } };
  assert.ok(lines.isWritten(written));
  for (const other of [{ namespace: 'other' }, { name: 'Refused' }, { dimensions: { service: 's' } }]) {
    assert.equal(lines.isWritten({ ...written, ...other }), false);
  }
});

test('a stage without monitoring has none of it', () => {
  const types = Object.values(local.Resources).map(({ Type }) => Type);
  assert.deepEqual(types.filter((type) => /CloudWatch|QueryDefinition/.test(type)), []);
});
