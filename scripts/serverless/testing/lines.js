'use strict';

// What dashboard, alarms and saved queries read, and what the functions' log lines
// have. The functions' own tests check the example lines against what is written.

const fs = require('node:fs');
const path = require('node:path');
const { root, definition } = require('./service');

const folder = path.join(root, 'pkg/testing/linetest/lines');
const examples = fs.readdirSync(folder).map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
const isAuthorizer = (name) => name.endsWith('-authorizer');

/** Returns the members of the lines in these log groups. */
function membersOf(groups) {
  const kinds = groups.map(isAuthorizer);
  return examples.filter((line) => kinds.includes(isAuthorizer(line.function_name))).flatMap((line) => Object.keys(line));
}

const metricName = (namespace, name, dimensions) => [namespace, name, ...dimensions.toSorted()].join();

/** The metrics that the lines of this service have, each as its namespace, its name and its dimensions. */
const written = examples.flatMap(({ service, _aws }) =>
  _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    const namespace = Namespace.replace(service, definition.service);
    return Metrics.flatMap(({ Name }) => Dimensions.map((set) => metricName(namespace, Name, set)));
  })
);

/** Returns the metrics that alarms and the widgets of a dashboard read, except Amazon's and searches. */
function readMetrics(alarms, widgets) {
  const byAlarms = alarms.map(({ Namespace, MetricName, Dimensions = [] }) => [Namespace, MetricName, Dimensions.map(({ Name }) => Name)]);
  const rows = widgets.flatMap(({ properties }) => properties.metrics ?? []).filter(([first]) => typeof first === 'string');
  const byWidgets = rows.map(([namespace, name, ...rest]) => [namespace, name, rest.filter((word, i) => i % 2 === 0 && typeof word === 'string')]);
  return [...byAlarms, ...byWidgets].filter(([namespace]) => namespace && !namespace.startsWith('AWS/')).map((metric) => metricName(...metric));
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
const keywords = 'fields filter stats sort limit by as asc desc and or not like SOURCE'.split(' ');

/** Returns the members of lines that a Logs Insights query reads. */
function fieldsOf(query) {
  const bare = query.replace(/"[^"]*"|'[^']*'/g, ' ');
  const named = [...bare.matchAll(/\bas\s+(\w+)/g)].map(([, name]) => name);
  const words = bare.match(/(?<![\w@])@?[A-Za-z_][\w.]*(?!\w*\()/g);
  return words.filter((word) => !word.startsWith('@') && !keywords.includes(word) && !named.includes(word));
}

module.exports = { membersOf, written, readMetrics, fieldsOf };
