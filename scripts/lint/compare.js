'use strict';

// Compares what two compiled templates deploy. The framework makes a resource of each
// part of the API, SAM one OpenAPI document of the whole.

/** Returns a sentence for each difference between the resolved templates. */
function differences(serverless, sam) {
  return compare(describe(serverless), describe(sam), '');
}

function compare(serverless, sam, where) {
  const isBranch = (value) => value !== null && typeof value === 'object';
  if (isBranch(serverless) && isBranch(sam)) {
    const members = new Set([...Object.keys(serverless), ...Object.keys(sam)]);
    return [...members].flatMap((name) => compare(serverless[name], sam[name], where ? `${where} > ${name}` : name));
  }
  if (Object.is(serverless, sam)) return [];
  if (sam === undefined) return [`template.yaml lacks ${where}, which serverless.yml has`];
  if (serverless === undefined) return [`serverless.yml lacks ${where}, which template.yaml has`];
  return [`${where} is ${JSON.stringify(serverless)} by serverless.yml and ${JSON.stringify(sam)} by template.yaml`];
}

/** Describes what a template deploys, in one form for both compilers. */
function describe({ Resources: resources }) {
  const [{ Body: document, DisableExecuteApiEndpoint }] = ofType(resources, 'AWS::ApiGateway::RestApi');
  const [{ MethodSettings, AccessLogSetting, TracingEnabled }] = ofType(resources, 'AWS::ApiGateway::Stage');
  const limits = ({ ThrottlingRateLimit, ThrottlingBurstLimit }) => [ThrottlingRateLimit, ThrottlingBurstLimit].map(Number);
  return {
    function: mapOf(ofType(resources, 'AWS::Lambda::Function'), (fn) => [fn.FunctionName, describeFunction(resources, fn)]),
    ...(document ? describeDocument(resources, document) : describeApi(resources)),
    stage: {
      limits: mapOf(MethodSettings, (setting) => [`${setting.HttpMethod} ${setting.ResourcePath}`, limits(setting)]),
      accessLog: AccessLogSetting,
      tracing: TracingEnabled,
    },
    executeApi: !(document ? document['x-amazon-apigateway-endpoint-configuration'].disableExecuteApiEndpoint : DisableExecuteApiEndpoint),
    resource: mapOf(Object.values(resources).filter(({ Type }) => sameTypes.test(Type)), ({ Type, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete', Properties }) => [
      `${Type} ${Properties.TableName ?? Properties.LogGroupName ?? ''}`,
      { DeletionPolicy, UpdateReplacePolicy, ...withTypes(resources, Properties) },
    ]),
  };
}

// Both templates have these resources in the same form.
const sameTypes = /::(Table|Secret|LogGroup|DomainName|BasePathMapping|RecordSet|WebACLAssociation)$/;

/** Returns properties in which resources are named by their types: both compilers have their own logical ids. */
function withTypes(resources, properties) {
  const typeOf = (id) => resources[id]?.Type ?? id;
  return JSON.parse(JSON.stringify(properties, (name, value) => {
    if (name === 'Ref') return typeOf(value);
    if (name === 'Fn::GetAtt') return [typeOf(value[0]), value[1]];
    return typeof value === 'string' ? value.replace(/\${(\w+)}/g, (_, id) => typeOf(id)) : value;
  }));
}

const mapOf = (list, entry) => Object.fromEntries(list.map(entry));

function ofType(resources, type) {
  return Object.values(resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

function describeFunction(resources, fn) {
  const { Policies } = resources[fn.Role['Fn::GetAtt'][0]].Properties;
  const valueOf = (value) => (value.Ref ? resources[value.Ref].Properties.TableName : value);
  const variables = Object.entries(fn.Environment.Variables).filter(([, value]) => value !== ''); // which count as not set
  return {
    ...mapOf(['Description', 'Runtime', 'Architectures'], (name) => [name, fn[name]]),
    ...mapOf(['MemorySize', 'Timeout'], (name) => [name, Number(fn[name])]),
    tracing: fn.TracingConfig?.Mode ?? 'PassThrough',
    environment: mapOf(variables, ([name, value]) => [name, valueOf(value)]),
    role: Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(({ Effect, Action, Resource, Condition }) => (
      { Effect, Action: [Action].flat(), Resource: [Resource].flat(), Condition }
    )),
  };
}

/** Returns the name of the function that a URI refers to by its logical id. */
function functionIn(resources, uri) {
  const id = JSON.stringify(uri).split(/\W+/).find((word) => resources[word]?.Type === 'AWS::Lambda::Function');
  return resources[id].Properties.FunctionName;
}

/** Describes the API as SAM writes it. */
function describeDocument(resources, document) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation }))
  );
  const scheme = Object.values(document.securityDefinitions).find((each) => each['x-amazon-apigateway-authorizer']);
  const authorizer = scheme['x-amazon-apigateway-authorizer'];
  const validators = document['x-amazon-apigateway-request-validators'];
  return {
    route: mapOf(operations, ({ method, path, parameters = [], security = [], ...operation }) => {
      const { uri, responses } = operation['x-amazon-apigateway-integration'];
      const validator = validators[operation['x-amazon-apigateway-request-validator']];
      return [`${method} ${path}`, {
        function: uri && functionIn(resources, uri),
        isOpen: security.length === 0,
        model: parameters.some((parameter) => parameter.in === 'body'),
        checksBody: Boolean(validator?.validateRequestBody),
        headers: responses?.default.responseParameters,
      }];
    }),
    authorizer: {
      header: scheme.name,
      accepts: authorizer.identityValidationExpression,
      ttl: Number(authorizer.authorizerResultTtlInSeconds),
      function: functionIn(resources, authorizer.authorizerUri),
    },
    model: mapOf(Object.values(document.definitions), (schema) => [schema.title, schema]),
    response: mapOf(Object.entries(document['x-amazon-apigateway-gateway-responses']), ([type, response]) => [
      type,
      { status: response.statusCode, headers: response.responseParameters, body: response.responseTemplates },
    ]),
  };
}

/** Describes the API as the framework writes it. */
function describeApi(resources) {
  const pathOf = ({ Ref }) => {
    const { ParentId, PathPart } = resources[Ref]?.Properties ?? {};
    return PathPart ? `${pathOf(ParentId)}/${PathPart}` : '';
  };
  const [authorizer] = ofType(resources, 'AWS::ApiGateway::Authorizer');
  return {
    route: mapOf(ofType(resources, 'AWS::ApiGateway::Method'), (method) => [`${method.HttpMethod} ${pathOf(method.ResourceId)}`, {
      function: method.Integration.Uri && functionIn(resources, method.Integration.Uri),
      isOpen: method.AuthorizationType === 'NONE',
      model: Boolean(method.RequestModels),
      checksBody: Boolean(resources[method.RequestValidatorId?.Ref]?.Properties.ValidateRequestBody),
      headers: method.Integration.IntegrationResponses?.[0].ResponseParameters,
    }]),
    authorizer: {
      header: authorizer.IdentitySource.replace('method.request.header.', ''),
      accepts: authorizer.IdentityValidationExpression,
      ttl: authorizer.AuthorizerResultTtlInSeconds,
      function: functionIn(resources, authorizer.AuthorizerUri),
    },
    model: mapOf(ofType(resources, 'AWS::ApiGateway::Model'), ({ Name, Schema: { $schema, ...schema } }) => [Name, schema]),
    response: mapOf(ofType(resources, 'AWS::ApiGateway::GatewayResponse'), (response) => [
      response.ResponseType,
      { status: response.StatusCode, headers: response.ResponseParameters, body: response.ResponseTemplates },
    ]),
  };
}

module.exports = { differences };
