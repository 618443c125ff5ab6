package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// count is a metric of value 1 that a handler added, with its own dimensions as
// names and values by turns.
type count struct {
	metric string
	dims   []string
}

// metricDirective is a MetricDirective object of CloudWatch's Embedded Metric
// Format specification.
type metricDirective struct {
	Namespace  string             `json:"Namespace"`
	Dimensions [][]string         `json:"Dimensions"`
	Metrics    []metricDefinition `json:"Metrics"`
}

type metricDefinition struct {
	Name string `json:"Name"`
	Unit string `json:"Unit"`
}

// The dimensions, each a low-cardinality set: a deployment's service and stage,
// and its functions.
var (
	byStage    = []string{"service", "stage"}
	byFunction = []string{"service", "stage", "function_name"}
)

// metricSets holds the metric definitions that never change, encoded once.
type metricSets struct {
	namespace string
	request   []byte // of an API request
	plain     []byte // of any other invocation, which must not count as a request
}

func newMetricSets(c Config) metricSets {
	performance := []metricDefinition{{"Errors", "Count"}, {"RequestDuration", "Milliseconds"}, {"ColdStart", "Count"}}
	request := append([]metricDefinition{{"Requests", "Count"}, {"ClientErrors", "Count"}}, performance...)
	return metricSets{
		namespace: c.Service,
		request:   mustJSON(metricDirective{c.Service, [][]string{byStage, byFunction}, request}),
		plain:     mustJSON(metricDirective{c.Service, [][]string{byFunction}, performance}),
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain strings
	}
	return b
}

// append adds the metrics' values and the definitions that make metrics of them.
func (m metricSets) append(attrs []slog.Attr, l *Line, now time.Time, durationMS float64, status int, err error) []slog.Attr {
	directives := m.plain
	if l.isRequest {
		directives = m.request
		attrs = append(attrs,
			slog.Int("Requests", 1),
			slog.Int("ClientErrors", bit(status >= http.StatusBadRequest && status < http.StatusInternalServerError)))
	}
	attrs = append(attrs,
		slog.Int("Errors", bit(l.failed(status, err))),
		slog.Float64("RequestDuration", durationMS),
		slog.Int("ColdStart", bit(l.cold)))
	emf := append(l.emfBuffer[:0], `{"Timestamp":`...)
	emf = strconv.AppendInt(emf, now.UnixMilli(), 10)
	emf = append(emf, `,"CloudWatchMetrics":[`...)
	emf = append(emf, directives...)
	for _, c := range l.counts {
		attrs = append(attrs, slog.Int(c.metric, 1))
		emf = append(append(emf, ','), mustJSON(m.counted(c))...)
		for i := 0; i+1 < len(c.dims); i += 2 {
			attrs = append(attrs, slog.String(c.dims[i], c.dims[i+1]))
		}
	}
	emf = append(emf, ']', '}')
	return append(attrs, slog.Any("_aws", rawJSON(emf)))
}

func (m metricSets) counted(c count) metricDirective {
	dimensions := [][]string{byStage}
	if len(c.dims) > 1 {
		own := slices.Clone(byStage)
		for i := 0; i+1 < len(c.dims); i += 2 {
			own = append(own, c.dims[i])
		}
		dimensions = append(dimensions, own)
	}
	return metricDirective{m.namespace, dimensions, []metricDefinition{{c.metric, "Count"}}}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
