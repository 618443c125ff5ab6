package linetest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/linetest"
)

// emf returns a line of the given parts.
func emf(namespace, dimensions, metrics, root string) string {
	return fmt.Sprintf(`{"_aws":{"Timestamp":1795345200000,"CloudWatchMetrics":[{"Namespace":%q,"Dimensions":%s,"Metrics":%s}]},%s}`,
		namespace, dimensions, metrics, root)
}

const (
	byStage  = `[["stage"]]`
	requests = `[{"Name":"Requests","Unit":"Count"}]`
	values   = `"stage":"prod","Requests":1`
)

func TestCheckEMF(t *testing.T) {
	t.Parallel()
	metrics, err := linetest.CheckEMF([]byte(emf("example", `[["stage"],["stage","fn"]]`, requests, values+`,"fn":"f","other":null`)))
	require.NoError(t, err)
	assert.Equal(t, []linetest.Metric{{
		Namespace: "example", Name: "Requests", Unit: "Count", Value: 1,
		Dimensions: []map[string]string{{"stage": "prod"}, {"stage": "prod", "fn": "f"}},
	}}, metrics)
}

func TestCheckEMFRules(t *testing.T) {
	t.Parallel()
	good := emf("example", byStage, requests, values)
	many := strings.Repeat(`{"Name":"Requests","Unit":"Count"},`, 101)
	tests := []struct{ name, line, want string }{
		{name: "not JSON", line: "panic: boom", want: "not a JSON object"},
		{name: "array", line: "[]", want: "not a JSON object"},
		{name: "data after the object", line: good + "x", want: "not a JSON object"},
		{name: "two objects", line: good + good, want: "not a JSON object"},
		{name: "duplicate member", line: emf("example", byStage, requests, values+`,"Requests":2`), want: `duplicate member "Requests"`},
		{name: "no _aws", line: `{"stage":"prod"}`, want: "_aws"},
		{name: "unknown member in _aws", line: strings.Replace(good, `"Timestamp"`, `"LogGroup":"x","Timestamp"`, 1), want: "LogGroup"},
		{name: "no time", line: strings.Replace(good, `"Timestamp":1795345200000,`, "", 1), want: "Timestamp"},
		{name: "time in seconds", line: strings.Replace(good, "1795345200000", "1795345200", 1), want: "Timestamp"},
		{name: "string as time", line: strings.Replace(good, "1795345200000", `"1795345200000"`, 1), want: "Timestamp"},
		{name: "no directive", line: `{"_aws":{"Timestamp":1795345200000,"CloudWatchMetrics":[]}}`, want: "CloudWatchMetrics is empty"},
		{name: "empty namespace", line: emf("", byStage, requests, values), want: `namespace ""`},
		{name: "namespace of AWS", line: emf("AWS/Lambda", byStage, requests, values), want: "namespace"},
		{name: "invalid namespace", line: emf("users api!", byStage, requests, values), want: "namespace"},
		{name: "no dimension set", line: emf("example", `[]`, requests, values), want: "no dimension set"},
		{name: "31 dimensions", line: emf("example", `[[`+strings.Repeat(`"stage",`, 30)+`"stage"]]`, requests, values), want: "31 dimensions"},
		{name: "duplicate dimension", line: emf("example", `[["stage","stage"]]`, requests, values), want: "duplicate dimension"},
		{name: "missing dimension", line: emf("example", `[["service"]]`, requests, values), want: "dimension service"},
		{name: "number as dimension", line: emf("example", `[["Requests"]]`, requests, values), want: "dimension Requests"},
		{name: "blank dimension", line: emf("example", byStage, requests, `"stage":" ","Requests":1`), want: "dimension stage"},
		{name: "dimension not in ASCII", line: emf("example", byStage, requests, `"stage":"é","Requests":1`), want: "dimension stage"},
		{name: "long dimension", line: emf("example", byStage, requests, `"Requests":1,"stage":"`+strings.Repeat("a", 1025)+`"`), want: "dimension stage"},
		{name: "no metric", line: emf("example", byStage, `[]`, values), want: "0 metrics"},
		{name: "101 metrics", line: emf("example", byStage, `[`+strings.TrimSuffix(many, ",")+`]`, values), want: "101 metrics"},
		{name: "metric without name", line: emf("example", byStage, `[{"Name":"","Unit":"Count"}]`, values), want: `metric ""`},
		{name: "invalid unit", line: emf("example", byStage, `[{"Name":"Requests","Unit":"ms"}]`, values), want: `unit "ms"`},
		{name: "invalid resolution", line: emf("example", byStage, `[{"Name":"Requests","Unit":"Count","StorageResolution":5}]`, values),
			want: "StorageResolution"},
		{name: "missing metric", line: emf("example", byStage, requests, `"stage":"prod"`), want: "metric Requests"},
		{name: "null as metric", line: emf("example", byStage, requests, `"stage":"prod","Requests":null`), want: "metric Requests"},
		{name: "string as metric", line: emf("example", byStage, requests, `"stage":"prod","Requests":"1"`), want: "metric Requests"},
		{name: "metric too large", line: emf("example", byStage, requests, `"stage":"prod","Requests":1e300`), want: "metric Requests"},
		{name: "line of 256 KB", line: emf("example", byStage, requests, values+`,"x":"`+strings.Repeat("a", 256<<10)+`"`), want: "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := linetest.CheckEMF([]byte(tt.line))
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
