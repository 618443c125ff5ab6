'use strict';

// The stage of API Gateway: its limits, its cache and its access log. The framework
// makes a stage inside the deployment and has no settings for it; scripts/serverless
// attaches this one to the framework's deployment.
//
// The limits and the cache derive from the http events of the functions in serverless.yml.

const naming = require('serverless/lib/plugins/aws/lib/naming');

// One line of JSON for each request, including those that reach no function. It has no
// header, since a credential must not get into a log, and no principal, which may be
// an address; requestId leads to the function's line.
const accessLogFormat = JSON.stringify({
  timestamp: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  xray_trace_id: '$context.xrayTraceId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  tls: '$context.tlsVersion',
  cipher: '$context.cipherSuite',
  status: '$context.status',
  bytes: '$context.responseLength',
  durationMs: '$context.responseLatency',
  functionMs: '$context.integration.latency',
  functionStatus: '$context.integration.status',
  authorizerMs: '$context.authorizer.latency',
  authorizerStatus: '$context.authorizer.status',
  error: '$context.error.responseType',
});

module.exports = async ({ resolveVariable, resolveConfigurationProperty }) => {
  const param = async (name) => String(await resolveVariable(`param:${name}`));
  const isOn = async (name) => (await param(name)) === 'true';
  const stage = await resolveVariable('sls:stage');
  const routes = routesOf(await resolveConfigurationProperty(['functions']));
  const cacheSize = await param('cacheSize');
  const cached = cacheSize !== 'off';
  const settings = {
    reads: limits(await param('throttleRate'), await param('throttleBurst')),
    writes: limits(await param('writeThrottleRate'), await param('writeThrottleBurst')),
    cache: cached && { CachingEnabled: true, CacheTtlInSeconds: Number(await param('cacheTtl')), CacheDataEncrypted: true },
    shared: { MetricsEnabled: await isOn('detailedMetrics'), LoggingLevel: 'OFF', DataTraceEnabled: false },
  };
  const resources = {
    ApiGatewayStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        StageName: stage,
        TracingEnabled: await isOn('tracing'),
        CacheClusterEnabled: cached,
        ...(cached && { CacheClusterSize: cacheSize }),
        MethodSettings: methodSettings(routes, settings),
      },
    },
  };
  if (cached) {
    const identityHeader = await param('identityHeader');
    for (const route of routes.filter(isRead)) addCacheKeys(resources, route, identityHeader);
  }
  const webAcl = await param('webAclArn');
  if (webAcl) addWebAcl(resources, webAcl);
  if (await isOn('accessLog')) {
    const name = `/aws/apigateway/${await resolveVariable('self:service')}-${stage}`;
    addAccessLog(resources, name, Number(await param('logRetentionInDays')));
    if ((await param('accessLogRole')) !== 'existing') addAccountRole(resources);
  }
  return { Resources: resources };
};

/** Returns the method, the path and the declared parameters of each http event. */
function routesOf(functions) {
  const events = Object.values(functions).flatMap((fn) => fn.events ?? []);
  return events.filter(({ http }) => http).map(({ http }) => {
    const { method, path, request } = http;
    const { querystrings = {}, headers = {} } = request?.parameters ?? {};
    const declared = [
      ...Object.keys(querystrings).map((name) => `method.request.querystring.${name}`),
      ...Object.keys(headers).map((name) => `method.request.header.${name}`),
    ];
    return { method: method.toUpperCase(), path, declared };
  });
}

/** Reports whether a route has the limits of a read and can be cached. Everything else counts as a write. */
function isRead({ method }) {
  return ['GET', 'HEAD'].includes(method);
}

function limits(rate, burst) {
  return { ThrottlingRateLimit: Number(rate), ThrottlingBurstLimit: Number(burst) };
}

function methodSettings(routes, { reads, writes, cache, shared }) {
  // A method with settings of its own inherits none from "*": each has all of them.
  return [
    { HttpMethod: '*', ResourcePath: '/*', ...shared, ...reads },
    ...routes.map((route) => ({ ...settingsKey(route), ...shared, ...(isRead(route) ? { ...reads, ...cache } : writes) })),
  ];
}

/** Returns how a stage's settings name a route: "~1" stands for a slash inside the path. */
function settingsKey({ method, path }) {
  const inner = path.replace(/^\/|\/$/g, '');
  return { HttpMethod: method, ResourcePath: inner ? `/~1${inner.replaceAll('/', '~1')}` : '/' };
}

/**
 * Gives a cached route its cache keys: everything that two of its responses can differ
 * by. These are the path, the parameters that its event declares, the credential, so
 * that nobody gets what only another caller may see, and the other headers that the
 * functions read. The result is merged into the method that the framework makes.
 */
function addCacheKeys(resources, { method, path, declared }, identityHeader) {
  const inPath = [...path.matchAll(/{([^}+]+)\+?}/g)].map(([, name]) => `method.request.path.${name}`);
  const headers = [identityHeader, 'If-Match', 'If-None-Match', 'Origin'].map((name) => `method.request.header.${name}`);
  const undeclared = [...inPath, ...headers].filter((name) => !declared.includes(name));
  resources[naming.getMethodLogicalId(naming.normalizePath(path), method)] = {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      // Only a declared parameter can be a key; true means required, as a path parameter always is.
      RequestParameters: Object.fromEntries(undeclared.map((name) => [name, inPath.includes(name)])),
      Integration: { CacheKeyParameters: [...declared, ...undeclared] },
    },
  };
}

function addWebAcl(resources, webAcl) {
  const stage = 'arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${ApiGatewayRestApi}/stages/${ApiGatewayStage}';
  resources.WebAclAssociation = {
    Type: 'AWS::WAFv2::WebACLAssociation',
    Properties: { ResourceArn: { 'Fn::Sub': stage }, WebACLArn: webAcl },
  };
}

function addAccessLog(resources, name, retention) {
  resources.AccessLogGroup = {
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: name, RetentionInDays: retention },
  };
  resources.ApiGatewayStage.Properties.AccessLogSetting = {
    DestinationArn: { 'Fn::Sub': 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${AccessLogGroup}' },
    Format: accessLogFormat,
  };
}

/**
 * Adds the role with which API Gateway writes logs. An account and region have one:
 * the setting and its role stay when the service is removed, because other APIs use
 * them. With "auto", the plugin drops it if the account has one already.
 */
function addAccountRole(resources) {
  const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  resources.ApiGatewayLogRole = {
    Type: 'AWS::IAM::Role',
    ...kept,
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      ManagedPolicyArns: [
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs' },
      ],
    },
  };
  resources.ApiGatewayAccount = {
    Type: 'AWS::ApiGateway::Account',
    ...kept,
    Properties: { CloudWatchRoleArn: { 'Fn::GetAtt': ['ApiGatewayLogRole', 'Arn'] } },
  };
  resources.ApiGatewayStage.DependsOn = ['ApiGatewayAccount'];
}
