'use strict';

// What dashboard, alarms and saved queries read, and what the functions' log
// lines have. The lines are the examples that the functions' own tests hold to
// what is written.

const fs = require('node:fs');
const path = require('node:path');

const folder = path.resolve(__dirname, '../../../pkg/testing/linetest/lines');
const examples = fs.readdirSync(folder).map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));

const isAuthorizer = (name) => name.endsWith('-authorizer');

/** The members of the lines in these log groups. */
function members(groups) {
  const kinds = new Set(groups.map(isAuthorizer));
  const lines = examples.filter((line) => kinds.has(isAuthorizer(line.function_name)));
  return new Set(lines.flatMap((line) => Object.keys(line)));
}

/** Whether a metric of ours, by just these dimensions, comes from some line. */
function isWritten({ namespace, name, dimensions }) {
  const wanted = Object.keys(dimensions).sort().join();
  return examples.some(
    (line) =>
      (!dimensions.function_name || isAuthorizer(dimensions.function_name) === isAuthorizer(line.function_name)) &&
      line._aws.CloudWatchMetrics.some(
        ({ Namespace, Dimensions, Metrics }) =>
          Namespace === namespace &&
          Metrics.some(({ Name }) => Name === name) &&
          Dimensions.some((set) => [...set].sort().join() === wanted)
      )
  );
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
const keywords = 'fields filter stats sort limit display dedup parse by as asc desc and or not in like SOURCE'.split(' ');

/** The members of lines that a Logs Insights query reads. */
function fieldsOf(query) {
  const bare = query.replace(/"[^"]*"|'[^']*'/g, ' ');
  const named = [...bare.matchAll(/\bas\s+(\w+)/g)].map(([, name]) => name);
  const words = [...bare.matchAll(/(?<![\w@])@?[A-Za-z_][\w.]*(?!\w*\()/g)].map(([word]) => word);
  return words.filter((word) => !word.startsWith('@') && !keywords.includes(word) && !named.includes(word));
}

/** The metrics of ours that an alarm watches. */
function metricsOfAlarm({ Namespace, MetricName, Dimensions, Metrics = [] }) {
  const all = [{ Namespace, MetricName, Dimensions }, ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
  return all
    .filter((metric) => isOurs(metric.Namespace))
    .map((metric) => ({
      namespace: metric.Namespace,
      name: metric.MetricName,
      dimensions: Object.fromEntries(metric.Dimensions.map(({ Name, Value }) => [Name, Value])),
    }));
}

/** The metrics of ours that a widget of a dashboard shows. */
function metricsOfWidget({ properties }) {
  return (properties.metrics ?? []).flatMap((row) => {
    if (typeof row[0] === 'object') return metricOfSearch(row[0].expression);
    const [namespace, name, ...rest] = row.filter((part) => typeof part === 'string');
    if (!isOurs(namespace)) return [];
    const pairs = rest.flatMap((key, i) => (i % 2 === 0 ? [[key, rest[i + 1]]] : []));
    return { namespace, name, dimensions: Object.fromEntries(pairs) };
  });
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
// A name that is not of letters and digits needs its quotes.
const search = /^SEARCH\('\{("[^"]+"|\w+),([\w,]+)\} MetricName="(\w+)"(.*)', '\w+'\)$/;

function metricOfSearch(expression) {
  const [, namespace, names, name, terms] = search.exec(expression);
  const values = Object.fromEntries([...terms.matchAll(/(\w+)="([^"]+)"/g)].map(([, key, value]) => [key, value]));
  return { namespace: namespace.replaceAll('"', ''), name, dimensions: Object.fromEntries(names.split(',').map((key) => [key, values[key]])) };
}

function isOurs(namespace) {
  return Boolean(namespace) && !namespace.startsWith('AWS/');
}

module.exports = { members, isWritten, fieldsOf, metricsOfAlarm, metricsOfWidget };
