'use strict';

// The dashboard, in the order of an operator's first questions (does it work, which
// function fails, which is slow, who is refused, is capacity left), and the saved
// queries over the functions' log lines for the questions after those.

module.exports = async ({ resolveVariable, resolveConfigurationProperty }) => {
  if (String(await resolveVariable('param:monitoring')) !== 'true') return {};
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const names = Object.keys(await resolveConfigurationProperty(['functions']));
  const tables = Object.values(await resolveConfigurationProperty(['custom', 'tables']));
  const context = { service, stage, prefix: `${service}-${stage}`, names, tables };
  return {
    Resources: {
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: context.prefix,
          // Fn::Sub inserts the region.
          DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: layOut(widgets(context)) }) },
        },
      },
      ...queries(context),
    },
  };
};

function widgets({ service, stage, prefix, names, tables }) {
  const api = ['ApiName', prefix, 'Stage', stage];
  const own = ['service', service, 'stage', stage];
  const lambdaMetric = (metric) =>
    names.map((name) => ['AWS/Lambda', metric, 'FunctionName', `${prefix}-${name}`, { label: name }]);
  const routeNames = names.filter((name) => name !== 'authorizer');
  const ownMetric = (metric, of = names) =>
    of.map((name) => [service, metric, ...own, 'function_name', `${prefix}-${name}`, { label: name }]);

  return [
    graph('Requests and errors', 'Sum', [
      ['AWS/ApiGateway', 'Count', ...api, { label: 'requests' }],
      ['AWS/ApiGateway', '4XXError', ...api, { label: '4xx', color: '#ff7f0e' }],
      ['AWS/ApiGateway', '5XXError', ...api, { label: '5xx', color: '#d62728' }],
    ]),
    graph('Latency seen by clients, ms', 'p50', [
      ['AWS/ApiGateway', 'Latency', ...api, { label: 'p50' }],
      ['AWS/ApiGateway', 'Latency', ...api, { label: 'p90', stat: 'p90' }],
      ['AWS/ApiGateway', 'Latency', ...api, { label: 'p99', stat: 'p99' }],
    ]),
    graph('5xx by function', 'Sum', ownMetric('Errors')),
    graph('4xx by function', 'Sum', ownMetric('ClientErrors', routeNames)),
    graph('Duration p99 by function, ms', 'p99', lambdaMetric('Duration')),
    graph('Cold starts by function', 'Sum', ownMetric('ColdStart')),
    graph('Credentials', 'Sum', [
      [service, 'Allowed', ...own, { label: 'allowed' }],
      [service, 'Denied', ...own, { label: 'denied', color: '#d62728' }],
    ]),
    graph('Denied by reason', 'Sum', [
      [{ expression: `SEARCH('{"${service}",reason,service,stage} MetricName="Denied" service="${service}" stage="${stage}"', 'Sum')`, label: '' }],
    ]),
    graph('Concurrent executions', 'Maximum', lambdaMetric('ConcurrentExecutions')),
    graph('Throttled by Lambda', 'Sum', lambdaMetric('Throttles')),
    ...tables.flatMap((name) => tableGraphs(name, name.slice(prefix.length + 1))),
    logTable('Latest errors', names.map((name) => `/aws/lambda/${prefix}-${name}`), errorsQuery),
  ];
}

/** Returns the graphs of a table, whose name has a suffix or none. */
function tableGraphs(name, suffix) {
  const table = ['TableName', name];
  const title = suffix ? `Table of ${suffix}` : 'Table';
  return [
    graph(`${title}, capacity consumed`, 'Sum', [
      ['AWS/DynamoDB', 'ConsumedReadCapacityUnits', ...table, { label: 'read' }],
      ['AWS/DynamoDB', 'ConsumedWriteCapacityUnits', ...table, { label: 'write' }],
      ['AWS/DynamoDB', 'ReadThrottleEvents', ...table, { label: 'reads throttled', color: '#ff7f0e' }],
      ['AWS/DynamoDB', 'WriteThrottleEvents', ...table, { label: 'writes throttled', color: '#d62728' }],
    ]),
    graph(`${title}, latency, ms`, 'Average', [
      ...['GetItem', 'Query', 'TransactWriteItems'].map((operation) => [
        'AWS/DynamoDB', 'SuccessfulRequestLatency', ...table, 'Operation', operation, { label: operation },
      ]),
    ]),
  ];
}

function graph(title, stat, metrics) {
  return {
    type: 'metric',
    width: 12,
    height: 6,
    properties: { title, stat, metrics, view: 'timeSeries', period: 60, region: '${AWS::Region}' },
  };
}

function logTable(title, groups, query) {
  const sources = groups.map((group) => `SOURCE '${group}'`).join(' | ');
  return {
    type: 'log',
    width: 24,
    height: 8,
    properties: { title, query: `${sources} | ${query}`, view: 'table', region: '${AWS::Region}' },
  };
}

/** Places two widgets in a row, in the given order. */
function layOut(list) {
  let [x, y] = [0, 0];
  return list.map((widget) => {
    if (x + widget.width > 24) [x, y] = [0, y + 6];
    const placed = { x, y, ...widget };
    x += widget.width;
    return placed;
  });
}

const errorsQuery =
  'fields @timestamp, function_name, route, status, errorKind, error, requestId, principal' +
  ' | filter status >= 500 or level = "ERROR" | sort @timestamp desc | limit 50';

// A line below LOG_LEVEL lacks its status and its caller. It always has its metrics,
// such as RequestDuration.

// The members by which a request can be found. A client sees requestId and correlation_id.
const ids = ['requestId', 'correlation_id', 'function_request_id', 'xray_trace_id'];

function queries({ prefix, names }) {
  const all = names.map((name) => `/aws/lambda/${prefix}-${name}`);
  const ofRoutes = all.filter((group) => !group.endsWith('-authorizer'));
  const authorizer = all.filter((group) => group.endsWith('-authorizer'));
  const saved = {
    errors: [all, errorsQuery],
    'errors-by-cause': [
      all,
      'filter level = "ERROR" | stats count(*) as errors, latest(error) as latestError, latest(requestId) as latestRequest' +
        ' by function_name, errorKind | sort errors desc',
    ],
    slowest: [
      ofRoutes,
      'fields @timestamp, route, status, RequestDuration, ColdStart, requestId | filter Requests = 1 | sort RequestDuration desc | limit 50',
    ],
    'slowest-routes': [
      ofRoutes,
      'filter Requests = 1 | stats count(*) as requests, pct(RequestDuration, 50) as p50, pct(RequestDuration, 90) as p90,' +
        ' pct(RequestDuration, 99) as p99, max(RequestDuration) as slowest by function_name, route | sort p99 desc',
    ],
    'one-request': [
      all,
      `fields @timestamp, @message | filter ${ids.map((id) => `${id} = "ITS-ID"`).join(' or ')} | sort @timestamp asc`,
    ],
    'cold-starts': [
      all,
      'filter ColdStart = 1 | stats count(*) as coldStarts, pct(RequestDuration, 50) as p50, max(RequestDuration) as slowest,' +
        ' pct(primeMs, 50) as primeP50, count(primeError) as primeErrors by function_name',
    ],
    routes: [
      ofRoutes,
      'filter ispresent(status) | stats count(*) as requests, pct(RequestDuration, 50) as p50, pct(RequestDuration, 99) as p99' +
        ' by route, status | sort requests desc',
    ],
    'busiest-callers': [
      ofRoutes,
      'filter ispresent(principal) | stats count(*) as requests, sum(ClientErrors) as refused by principal | sort requests desc | limit 25',
    ],
    denied: [
      authorizer,
      'filter ispresent(reason) | stats count(*) as denied by reason, bin(5m) | sort denied desc',
    ],
  };
  return Object.fromEntries(
    Object.entries(saved).map(([name, [groups, query]]) => [
      `Query${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`,
      {
        Type: 'AWS::Logs::QueryDefinition',
        // A query can name a group only when the group exists.
        DependsOn: names.map((fn) => `${fn[0].toUpperCase()}${fn.slice(1)}LogGroup`),
        Properties: { Name: `${prefix}/${name}`, LogGroupNames: groups, QueryString: query },
      },
    ])
  );
}
