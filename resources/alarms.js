'use strict';

// The alarms. Each description says what is wrong, and names its entry in the runbook. One composite
// alarm over all of them notifies the topic, so that one problem is one message
// however many alarms it raises.

const minute = 60;

module.exports = async ({ resolveVariable, resolveConfigurationProperty }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  if (String(await param('monitoring')) !== 'true') return {};
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const context = {
    service,
    stage,
    prefix: `${service}-${stage}`,
    latencyMs: Number(await param('alarmLatencyMs')),
    concurrency: Number(await param('alarmConcurrency')),
    timeouts: timeouts(await resolveConfigurationProperty(['functions'])),
    tables: Object.values(await resolveConfigurationProperty(['custom', 'tables'])),
  };
  const alarms = {
    ...apiAlarms(context),
    ...functionAlarms(context),
    ...accountAlarm(context),
    ...authorizerAlarms(context),
    ...tableAlarms(context),
  };
  const topic = await param('alarmTopic');
  return { Resources: { ...alarms, AlarmServiceUnwell: composite(context, Object.keys(alarms), topic) } };
};

/** Returns the milliseconds that each function may take. */
function timeouts(functions) {
  return Object.fromEntries(Object.entries(functions).map(([name, { timeout }]) => [name, Number(timeout) * 1000]));
}

function apiAlarms({ prefix, stage, latencyMs }) {
  const Dimensions = dimensions({ ApiName: prefix, Stage: stage });
  return {
    AlarmApiErrors: alarm(`${prefix}-api-5xx`, {
      AlarmDescription: 'More than 1 % of the requests end in 5xx. The saved query "errors" shows their causes. Runbook: docs/operations.md#api-5xx',
      Namespace: 'AWS/ApiGateway',
      MetricName: '5XXError',
      Statistic: 'Average', // The metric is 0 or 1 for each request, so this is the rate.
      Dimensions,
      Period: minute,
      Threshold: 0.01,
      ...atLeast(3, 5),
    }),
    AlarmApiLatency: alarm(`${prefix}-api-latency-p99`, {
      AlarmDescription: `One request in a hundred takes more than ${latencyMs} ms. The saved query "slowest" shows which. Runbook: docs/operations.md#api-latency-p99`,
      Namespace: 'AWS/ApiGateway',
      MetricName: 'Latency',
      ExtendedStatistic: 'p99',
      EvaluateLowSampleCountPercentile: 'ignore',
      Dimensions,
      Period: minute,
      Threshold: latencyMs,
      ...atLeast(3, 5),
    }),
  };
}

function functionAlarms({ prefix, timeouts: limits }) {
  const resources = {};
  for (const [name, timeoutMs] of Object.entries(limits)) {
    const id = name[0].toUpperCase() + name.slice(1);
    const metric = {
      Namespace: 'AWS/Lambda',
      Dimensions: dimensions({ FunctionName: `${prefix}-${name}` }),
      Period: minute,
    };
    // The authorizer refuses a credential by an error, which Lambda counts: see authorizerAlarms.
    if (name !== 'authorizer') {
      resources[`Alarm${id}Errors`] = alarm(`${prefix}-${name}-errors`, {
        AlarmDescription: `${name} crashed or timed out. Its log group has the last lines before it. Runbook: docs/operations.md#function-errors`,
        ...metric,
        MetricName: 'Errors',
        Statistic: 'Sum',
        Threshold: 0,
        ...atLeast(1, 5),
      });
    }
    resources[`Alarm${id}Throttles`] = alarm(`${prefix}-${name}-throttles`, {
      AlarmDescription: `Lambda throttles ${name}: raise reservedConcurrency or the account's concurrency limit. Runbook: docs/operations.md#function-throttles`,
      ...metric,
      MetricName: 'Throttles',
      Statistic: 'Sum',
      Threshold: 0,
      ...atLeast(2, 5),
    });
    resources[`Alarm${id}Duration`] = alarm(`${prefix}-${name}-duration-p99`, {
      AlarmDescription: `One execution of ${name} in a hundred takes more than 80 % of its timeout of ${timeoutMs} ms. Runbook: docs/operations.md#function-duration-p99`,
      ...metric,
      MetricName: 'Duration',
      ExtendedStatistic: 'p99',
      EvaluateLowSampleCountPercentile: 'ignore',
      Threshold: timeoutMs * 0.8,
      ...atLeast(3, 5),
    });
  }
  return resources;
}

/**
 * Watches the concurrency that all functions of the account and region share. What is
 * reserved or provisioned counts as claimed, also while nothing runs.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
 */
function accountAlarm({ prefix, concurrency }) {
  return {
    AlarmAccountConcurrency: alarm(`${prefix}-account-concurrency`, {
      AlarmDescription:
        `The functions of this account and region, of this service and others, have claimed more than ${concurrency} % of the` +
        ' concurrent executions that Lambda allows: find the busiest, or request a higher quota (Service Quotas, AWS Lambda, Concurrent executions). Runbook: docs/operations.md#account-concurrency',
      Metrics: [
        metricQuery('claimed', 'AWS/Lambda', 'ClaimedAccountConcurrency', {}, 'Maximum'),
        metricQuery('executions', 'AWS/Lambda', 'ConcurrentExecutions', {}, 'Maximum'),
        // SERVICE_QUOTA takes the metric that has the quota and returns the account's own limit.
        { Id: 'share', Expression: '100 * claimed / SERVICE_QUOTA(executions)', Label: 'Claimed, %', ReturnData: true },
      ],
      Threshold: concurrency,
      ...atLeast(3, 5),
    }),
  };
}

/**
 * Watches the authorizer by the metrics that it writes itself, which do not count
 * refused credentials. Lambda's metric counts each of them as an error.
 */
function authorizerAlarms({ prefix, service, stage }) {
  return {
    AlarmAuthorizerKeys: alarm(`${prefix}-authorizer-keys-unavailable`, {
      AlarmDescription:
        "The authorizer cannot read the keys that verify callers: the issuer's, or those in the stage's secret. Known keys keep working," +
        " a new one gets 503. keyFaults in the authorizer's log says why. Runbook: docs/operations.md#authorizer-keys-unavailable",
      Namespace: service,
      MetricName: 'KeysUnavailable',
      Statistic: 'Sum',
      Dimensions: dimensions({ service, stage }),
      Period: minute,
      Threshold: 0,
      ...atLeast(2, 5),
    }),
    AlarmAuthorizerErrors: alarm(`${prefix}-authorizer-errors`, {
      AlarmDescription: 'The authorizer fails (refused credentials do not count), and its requests end in 503. See its log group. Runbook: docs/operations.md#authorizer-errors',
      Namespace: service,
      MetricName: 'Errors',
      Statistic: 'Sum',
      Dimensions: dimensions({ service, stage, function_name: `${prefix}-authorizer` }),
      Period: minute,
      Threshold: 0,
      ...atLeast(1, 5),
    }),
  };
}

function tableAlarms({ prefix, tables }) {
  return Object.assign({}, ...tables.map((name) => alarmsOf(name, name.slice(prefix.length + 1))));
}

/** Returns the alarms of a table, whose name has a suffix or none. */
function alarmsOf(name, suffix) {
  const table = { TableName: name };
  const index = { ...table, GlobalSecondaryIndexName: 'byCreation' };
  const operations = ['GetItem', 'Query', 'TransactWriteItems'];
  const sum = (ids) => ids.map((id) => `FILL(${id}, 0)`).join(' + ');
  const logicalId = `Alarm${suffix && suffix[0].toUpperCase() + suffix.slice(1)}Table`;
  return {
    [`${logicalId}Throttles`]: alarm(`${name}-table-throttles`, {
      AlarmDescription: 'DynamoDB throttles the table or its index, and clients get 503. Look for a hot key or a limit of the account. Runbook: docs/operations.md#table-throttles',
      Metrics: [
        metricQuery('reads', 'AWS/DynamoDB', 'ReadThrottleEvents', table),
        metricQuery('writes', 'AWS/DynamoDB', 'WriteThrottleEvents', table),
        metricQuery('indexReads', 'AWS/DynamoDB', 'ReadThrottleEvents', index),
        metricQuery('indexWrites', 'AWS/DynamoDB', 'WriteThrottleEvents', index),
        { Id: 'all', Expression: sum(['reads', 'writes', 'indexReads', 'indexWrites']), Label: 'Throttled', ReturnData: true },
      ],
      Threshold: 0,
      ...atLeast(2, 5),
    }),
    [`${logicalId}SystemErrors`]: alarm(`${name}-table-system-errors`, {
      AlarmDescription: "DynamoDB itself answers 500. See Amazon's health page. Runbook: docs/operations.md#table-system-errors",
      Metrics: [
        ...operations.map((Operation, i) => metricQuery(`operation${i}`, 'AWS/DynamoDB', 'SystemErrors', { ...table, Operation })),
        { Id: 'all', Expression: sum(operations.map((_, i) => `operation${i}`)), Label: 'System errors', ReturnData: true },
      ],
      Threshold: 0,
      ...atLeast(2, 5),
    }),
  };
}

function composite({ prefix }, ids, topic) {
  const actions = topic ? { AlarmActions: [topic], OKActions: [topic] } : {};
  return {
    Type: 'AWS::CloudWatch::CompositeAlarm',
    Properties: {
      AlarmName: `${prefix}-unwell`,
      AlarmDescription: `At least one alarm of ${prefix} is in ALARM state. The dashboard ${prefix} shows what is wrong. Runbook: docs/operations.md#unwell`,
      AlarmRule: { 'Fn::Join': [' OR ', ids.map((id) => ({ 'Fn::Sub': `ALARM("\${${id}}")` }))] },
      ...actions,
    },
  };
}

function alarm(name, properties) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: name,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching', // Without requests nothing is wrong.
      ...properties,
    },
  };
}

/** Raises the alarm when that many points of the last periods exceed the threshold. */
function atLeast(points, periods) {
  return { DatapointsToAlarm: points, EvaluationPeriods: periods };
}

function metricQuery(id, namespace, name, named, stat = 'Sum') {
  return {
    Id: id,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: name, Dimensions: dimensions(named) },
      Stat: stat,
      Period: minute,
    },
  };
}

function dimensions(named) {
  return Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
}
