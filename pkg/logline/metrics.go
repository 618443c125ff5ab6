package logline

import (
	"log/slog"
	"net/http"
	"slices"
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

// metrics returns the metrics of an API request, and those of any other invocation, which must not
// count as a request.
func metrics(service string) (request, other []metricDirective) {
	performance := []metricDefinition{{"Errors", "Count"}, {"RequestDuration", "Milliseconds"}, {"ColdStart", "Count"}}
	all := append([]metricDefinition{{"Requests", "Count"}, {"ClientErrors", "Count"}}, performance...)
	return []metricDirective{{service, [][]string{byStage, byFunction}, all}},
		[]metricDirective{{service, [][]string{byFunction}, performance}}
}

// metadata is the member _aws of a line.
type metadata struct {
	Timestamp         int64 // milliseconds since the epoch
	CloudWatchMetrics []metricDirective
}

// appendMetrics adds the metrics' values and the definitions that make metrics of them.
func (l *Line) appendMetrics(attrs []slog.Attr, now time.Time, durationMS float64, o Outcome) []slog.Attr {
	directives := l.logger.other
	if l.isRequest {
		directives = l.logger.request
		clientError := o.Status >= http.StatusBadRequest && o.Status < http.StatusInternalServerError
		attrs = append(attrs, slog.Int("Requests", 1), slog.Int("ClientErrors", bit(clientError)))
	}
	attrs = append(attrs,
		slog.Int("Errors", bit(o.Fault)), slog.Float64("RequestDuration", durationMS), slog.Int("ColdStart", bit(l.cold)))
	for _, c := range l.counts {
		attrs = append(append(attrs, slog.Int(c.metric, 1)), c.dimensions...)
		directives = append(slices.Clip(directives), c.directive(l.logger.config.Service)) // all lines share the first
	}
	l.metadata = metadata{now.UnixMilli(), directives}
	return append(attrs, slog.Any("_aws", &l.metadata))
}

func (c count) directive(service string) metricDirective {
	sets := [][]string{byStage}
	if len(c.dimensions) > 0 {
		own := slices.Clone(byStage)
		for _, d := range c.dimensions {
			own = append(own, d.Key)
		}
		sets = append(sets, own)
	}
	return metricDirective{service, sets, []metricDefinition{{c.metric, "Count"}}}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
