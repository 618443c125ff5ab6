'use strict';

// The stage of API Gateway: how much it lets through, what it may keep in a
// cache, what it writes down. The framework makes its stage inside the
// deployment and has no settings for it; scripts/serverless ties this one to
// the framework's deployment.

const readRoutes = ['GET /users', 'GET /users/{id}'];
const writeRoutes = ['POST /users', 'PUT /users/{id}', 'DELETE /users/{id}'];

// One line of JSON for each request, also for those that no function saw. No
// header is in it, since a credential must not get into a log, and no principal,
// which may be an address; requestId leads to the function's line.
const accessLogFormat = JSON.stringify({
  timestamp: '$context.requestTimeEpoch',
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  xray_trace_id: '$context.xrayTraceId',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  bytes: '$context.responseLength',
  durationMs: '$context.responseLatency',
  functionMs: '$context.integration.latency',
  functionStatus: '$context.integration.status',
  authorizerMs: '$context.authorizer.latency',
  authorizerStatus: '$context.authorizer.status',
  error: '$context.error.responseType',
});

module.exports = async ({ resolveVariable }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const [cacheSize, cacheTtl] = [String(await param('cacheSize')), Number(await param('cacheTtl'))];
  const cached = cacheSize !== 'off';
  const shared = { MetricsEnabled: isTrue(await param('detailedMetrics')), LoggingLevel: 'OFF', DataTraceEnabled: false };
  const reads = limits(await param('throttleRate'), await param('throttleBurst'));
  const writes = limits(await param('writeThrottleRate'), await param('writeThrottleBurst'));
  const cache = { CachingEnabled: true, CacheTtlInSeconds: cacheTtl, CacheDataEncrypted: true };

  const resources = {
    ApiGatewayStage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: 'ApiGatewayRestApi' },
        StageName: stage,
        TracingEnabled: isTrue(await param('tracing')),
        CacheClusterEnabled: cached,
        ...(cached && { CacheClusterSize: cacheSize }),
        // A method with settings of its own takes none from "all methods": each says everything.
        MethodSettings: [
          { HttpMethod: '*', ResourcePath: '/*', ...shared, ...reads },
          ...readRoutes.map((route) => ({ ...method(route), ...shared, ...reads, ...(cached && cache) })),
          ...writeRoutes.map((route) => ({ ...method(route), ...shared, ...writes })),
        ],
      },
    },
  };
  if (cached) addCacheKeys(resources, await param('identityHeader'));
  if (isTrue(await param('accessLog'))) {
    const retention = Number(await param('logRetentionInDays'));
    addAccessLog(resources, `/aws/apigateway/${service}-${stage}`, retention);
    if ((await param('accessLogRole')) === 'create') addAccountRole(resources);
  }
  return { Resources: resources };
};

function isTrue(value) {
  return String(value) === 'true';
}

function limits(rate, burst) {
  return { ThrottlingRateLimit: Number(rate), ThrottlingBurstLimit: Number(burst) };
}

/** How a stage's settings name a route: a slash inside the path is written ~1. */
function method(route) {
  const [verb, path] = route.split(' ');
  return { HttpMethod: verb, ResourcePath: `/${path.replaceAll('/', '~1')}` };
}

/**
 * What tells two answers of a GET route apart: path and query; the credential,
 * so that nobody gets what another may see; and the headers that the answer
 * itself depends on. Merged into the methods that the framework makes.
 */
function addCacheKeys(resources, identityHeader) {
  const headers = [identityHeader, 'If-None-Match', 'Origin'].map((name) => `header.${name}`);
  const keys = {
    ApiGatewayMethodUsersGet: ['querystring.limit', 'querystring.cursor', 'querystring.email', ...headers],
    ApiGatewayMethodUsersIdVarGet: ['path.id', ...headers],
  };
  for (const [id, names] of Object.entries(keys)) {
    const parameters = names.map((name) => `method.request.${name}`);
    resources[id] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        // Only what is declared can be a key; true is "required", which a path is anyway.
        RequestParameters: Object.fromEntries(parameters.map((name) => [name, name.includes('.path.')])),
        Integration: { CacheKeyParameters: parameters },
      },
    };
  }
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
 * API Gateway writes logs with one role for the whole account and region. The
 * setting and its role stay when the service is removed: other APIs use them.
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
