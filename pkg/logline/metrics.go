package logline

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// count is a metric of value 1 that a handler added, with dimensions of its own.
type count struct {
	metric     string
	dimensions []slog.Attr
}

// metricDirective is a MetricDirective object of CloudWatch's Embedded Metric Format specification.
type metricDirective struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metricDefinition
}

type metricDefinition struct{ Name, Unit string }

// The dimensions. Each has few values: a deployment's service and stage, and its functions.
var (
	byStage    = []string{"service", "stage"}
	byFunction = []string{"service", "stage", "function_name"}
)

// metricSets holds the metric definitions that never change, encoded once.
type metricSets struct {
	namespace string
	request   []byte // of an API request
	other     []byte // of any other invocation, which must not count as a request
}

func newMetricSets(c Config) metricSets {
	performance := []metricDefinition{{"Errors", "Count"}, {"RequestDuration", "Milliseconds"}, {"ColdStart", "Count"}}
	request := append([]metricDefinition{{"Requests", "Count"}, {"ClientErrors", "Count"}}, performance...)
	return metricSets{
		namespace: c.Service,
		request:   mustJSON(metricDirective{c.Service, [][]string{byStage, byFunction}, request}),
		other:     mustJSON(metricDirective{c.Service, [][]string{byFunction}, performance}),
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
func (m metricSets) append(attrs []slog.Attr, l *Line, now time.Time, durationMS float64, o Outcome) []slog.Attr {
	directives := m.other
	if l.isRequest {
		directives = m.request
		clientError := o.Status >= http.StatusBadRequest && o.Status < http.StatusInternalServerError
		attrs = append(attrs, slog.Int("Requests", 1), slog.Int("ClientErrors", bit(clientError)))
	}
	attrs = append(attrs,
		slog.Int("Errors", bit(o.Fault)), slog.Float64("RequestDuration", durationMS), slog.Int("ColdStart", bit(l.cold)))
	emf := append(l.emfBuffer[:0], `{"Timestamp":`...)
	emf = strconv.AppendInt(emf, now.UnixMilli(), 10)
	emf = append(append(emf, `,"CloudWatchMetrics":[`...), directives...)
	for _, c := range l.counts {
		attrs = append(append(attrs, slog.Int(c.metric, 1)), c.dimensions...)
		emf = append(append(emf, ','), mustJSON(m.directive(c))...)
	}
	l.emf = append(emf, ']', '}')
	return append(attrs, slog.Any("_aws", &l.emf))
}

func (m metricSets) directive(c count) metricDirective {
	sets := [][]string{byStage}
	if len(c.dimensions) > 0 {
		own := slices.Clone(byStage)
		for _, d := range c.dimensions {
			own = append(own, d.Key)
		}
		sets = append(sets, own)
	}
	return metricDirective{m.namespace, sets, []metricDefinition{{c.metric, "Count"}}}
}

// rawJSON is written into a line as it is.
type rawJSON []byte

func (r rawJSON) MarshalJSON() ([]byte, error) { return r, nil }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
