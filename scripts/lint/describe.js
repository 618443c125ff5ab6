'use strict';

// What a compiled template deploys, in words that do not depend on who compiled it:
// the framework makes a resource of each part of the API, SAM one OpenAPI document.

/** The service in a template, after its transforms and with its parameters resolved. */
function describe({ Resources: resources }) {
  const service = { resources, functions: functionNames(resources) };
  const api = only(resources, 'AWS::ApiGateway::RestApi');
  return {
    functions: describeFunctions(service),
    api: { name: api.Name, endpoint: api.EndpointConfiguration.Types, apiKeySource: api.ApiKeySourceType },
    ...(api.Body ? describeDocument(service, api.Body) : describeResources(service)),
    stage: describeStage(resources),
    usagePlan: describeUsagePlan(resources),
    table: describeTable(resources),
    logs: ofType(resources, 'AWS::Logs::LogGroup').map(([, { LogGroupName: name, RetentionInDays: days }]) => ({ name, days })).sort(by('name')),
    account: describeAccount(resources),
  };
}

function ofType(resources, type) {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties }]) => [id, Properties]);
}

function only(resources, type) {
  const found = ofType(resources, type);
  if (found.length !== 1) throw new Error(`the template has ${found.length} of ${type}, and not one`);
  return found[0][1];
}

const by = (member) => (a, b) => (a[member] < b[member] ? -1 : 1);

/** Maps the logical ids of functions to their names, so that "getUser" is that in both. */
function functionNames(resources) {
  return new Map(ofType(resources, 'AWS::Lambda::Function').map(([id, { FunctionName }]) => [id, FunctionName]));
}

/** The function that a value of any form (Ref, GetAtt, a URI around them) refers to. */
function functionIn({ functions }, value) {
  const words = new Set(JSON.stringify(value).split(/\W+/));
  const named = [...functions].filter(([id]) => words.has(id)).map(([, name]) => name);
  if (named.length !== 1) throw new Error(`${JSON.stringify(value)} names ${named.length} functions, and not one`);
  return named[0];
}

function describeFunctions(service) {
  const described = ofType(service.resources, 'AWS::Lambda::Function').map(([id, fn]) => [
    fn.FunctionName,
    {
      description: fn.Description,
      runtime: fn.Runtime,
      architectures: fn.Architectures,
      memory: Number(fn.MemorySize),
      timeout: Number(fn.Timeout),
      tracing: fn.TracingConfig?.Mode ?? 'PassThrough',
      tags: fn.Tags.filter(({ Key }) => Key !== 'lambda:createdBy').sort(by('Key')),
      environment: describeEnvironment(service, fn.Environment.Variables),
      role: describeRole(service.resources[fn.Role['Fn::GetAtt'][0]].Properties),
      waitsForItsLog: [service.resources[id].DependsOn].flat().some((other) => service.resources[other].Type === 'AWS::Logs::LogGroup'),
      calledBy: callers(service, fn.FunctionName),
    },
  ]);
  return Object.fromEntries(described);
}

/** Variables, with the table's name for a reference to it. */
function describeEnvironment({ resources }, variables) {
  const value = (each) => (each.Ref ? resources[each.Ref].Properties.TableName : each);
  return Object.fromEntries(Object.entries(variables).map(([name, each]) => [name, value(each)]));
}

function describeRole(role) {
  return {
    assumedBy: role.AssumeRolePolicyDocument.Statement.flatMap(({ Principal }) => Principal.Service),
    managedPolicies: role.ManagedPolicyArns ?? [],
    statements: role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(
      ({ Effect, Action, Resource }) => ({ Effect, Action: [Action].flat(), Resource: [Resource].flat() })
    ),
  };
}

function callers(service, name) {
  return ofType(service.resources, 'AWS::Lambda::Permission')
    .filter(([, permission]) => functionIn(service, permission.FunctionName) === name)
    .map(([, { Principal, Action }]) => ({ Principal, Action }));
}

/** The API as SAM writes it: one OpenAPI document. */
function describeDocument(service, document) {
  const routes = {};
  const preflights = {};
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (method === 'options') preflights[path] = documentPreflight(operation);
      else routes[`${method.toUpperCase()} ${path}`] = documentRoute(service, document, operation);
    }
  }
  const responses = Object.entries(document['x-amazon-apigateway-gateway-responses']);
  return {
    routes,
    preflights,
    authorizers: Object.entries(document.securityDefinitions).map(([name, scheme]) => documentAuthorizer(service, name, scheme)),
    models: Object.values(document.definitions).map((schema) => modelOf(schema)),
    gatewayResponses: Object.fromEntries(
      responses.map(([type, { statusCode, responseParameters, responseTemplates }]) => [
        type,
        { status: statusCode, headers: responseParameters, templates: responseTemplates },
      ])
    ),
  };
}

function documentRoute(service, document, operation) {
  const integration = operation['x-amazon-apigateway-integration'];
  const validator = document['x-amazon-apigateway-request-validators'][operation['x-amazon-apigateway-request-validator']];
  const body = operation.parameters?.find((parameter) => parameter.in === 'body');
  const security = operation.security ?? [];
  const model = body && document.definitions[body.schema.$ref.split('/').at(-1)].title;
  return {
    function: functionIn(service, integration.uri),
    proxy: `${integration.type} ${integration.httpMethod}`.toUpperCase(),
    authorizers: security.flatMap((each) => Object.keys(each)),
    apiKey: security.some((each) => 'api_key' in each),
    validates: validator ? { body: validator.validateRequestBody, parameters: validator.validateRequestParameters } : null,
    models: model ? { 'application/json': model } : {},
  };
}

function documentPreflight(operation) {
  const { type, responses } = operation['x-amazon-apigateway-integration'];
  const answers = Object.values(responses).map(({ statusCode, responseParameters }) => ({ status: statusCode, headers: responseParameters }));
  return { type: type.toUpperCase(), open: !operation.security, answers };
}

function documentAuthorizer(service, name, scheme) {
  const { type, authorizerResultTtlInSeconds, authorizerUri } = scheme['x-amazon-apigateway-authorizer'];
  return {
    name,
    type: type.toUpperCase(),
    header: scheme.name,
    ttl: Number(authorizerResultTtlInSeconds),
    function: functionIn(service, authorizerUri),
  };
}

/** The API as the framework writes it: a resource for each part. */
function describeResources(service) {
  const { resources } = service;
  const routes = {};
  const preflights = {};
  for (const [, method] of ofType(resources, 'AWS::ApiGateway::Method')) {
    const path = pathOf(resources, method.ResourceId);
    if (method.HttpMethod === 'OPTIONS') preflights[path] = methodPreflight(method);
    else routes[`${method.HttpMethod} ${path}`] = methodRoute(service, method);
  }
  return {
    routes,
    preflights,
    authorizers: ofType(resources, 'AWS::ApiGateway::Authorizer').map(([, authorizer]) => ({
      name: authorizer.Name,
      type: authorizer.Type,
      header: authorizer.IdentitySource.replace('method.request.header.', ''),
      ttl: authorizer.AuthorizerResultTtlInSeconds,
      function: functionIn(service, authorizer.AuthorizerUri),
    })),
    models: ofType(resources, 'AWS::ApiGateway::Model').map(([, { Schema }]) => modelOf(Schema)),
    gatewayResponses: Object.fromEntries(
      ofType(resources, 'AWS::ApiGateway::GatewayResponse').map(([, response]) => [
        response.ResponseType,
        { status: response.StatusCode, headers: response.ResponseParameters, templates: response.ResponseTemplates },
      ])
    ),
  };
}

function pathOf(resources, id) {
  const resource = id.Ref && resources[id.Ref];
  if (!resource) return '';
  const { ParentId, PathPart } = resource.Properties;
  return `${pathOf(resources, ParentId)}/${PathPart}`;
}

function methodRoute(service, method) {
  const { resources } = service;
  const validator = resources[method.RequestValidatorId?.Ref]?.Properties;
  const authorizer = method.AuthorizationType === 'CUSTOM' && resources[method.AuthorizerId.Ref].Properties.Name;
  const models = Object.entries(method.RequestModels ?? {});
  return {
    function: functionIn(service, method.Integration.Uri),
    proxy: `${method.Integration.Type} ${method.Integration.IntegrationHttpMethod}`,
    authorizers: authorizer ? [authorizer] : [],
    apiKey: Boolean(method.ApiKeyRequired),
    validates: validator ? { body: validator.ValidateRequestBody, parameters: validator.ValidateRequestParameters } : null,
    models: Object.fromEntries(models.map(([type, { Ref }]) => [type, resources[Ref].Properties.Name])),
  };
}

function methodPreflight(method) {
  const answers = method.Integration.IntegrationResponses.map(({ StatusCode, ResponseParameters }) => ({
    status: StatusCode,
    headers: ResponseParameters,
  }));
  return { type: method.Integration.Type, open: method.AuthorizationType === 'NONE', answers };
}

/** A model's schema; which draft it is in has no place in an OpenAPI document. */
function modelOf({ $schema, ...schema }) {
  return schema;
}

function describeStage(resources) {
  const stage = only(resources, 'AWS::ApiGateway::Stage');
  return {
    name: stage.StageName,
    tracing: stage.TracingEnabled,
    cache: stage.CacheClusterEnabled,
    accessLog: stage.AccessLogSetting ?? null,
    methods: stage.MethodSettings.map((setting) => ({
      ...setting,
      ThrottlingRateLimit: Number(setting.ThrottlingRateLimit),
      ThrottlingBurstLimit: Number(setting.ThrottlingBurstLimit),
    })),
  };
}

function describeUsagePlan(resources) {
  const { UsagePlanName, Description, Quota, Throttle, ApiStages } = only(resources, 'AWS::ApiGateway::UsagePlan');
  const keys = ofType(resources, 'AWS::ApiGateway::ApiKey').map(([, { Name }]) => Name);
  return { UsagePlanName, Description, Quota, Throttle, stages: ApiStages.length, keys };
}

function describeTable(resources) {
  const [[id]] = ofType(resources, 'AWS::DynamoDB::Table');
  return { id, ...resources[id] };
}

/** API Gateway's role for writing logs, and what happens to it with the stack. */
function describeAccount(resources) {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::ApiGateway::Account')
    .map(({ DeletionPolicy, UpdateReplacePolicy, Properties }) => {
      const role = resources[Properties.CloudWatchRoleArn['Fn::GetAtt'][0]];
      return { DeletionPolicy, UpdateReplacePolicy, roleIsKept: role.DeletionPolicy, policies: role.Properties.ManagedPolicyArns };
    });
}

module.exports = { describe };
