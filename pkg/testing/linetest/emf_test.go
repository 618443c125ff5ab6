package linetest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/testing/linetest"
)

// emf is a line with one metric, of the given parts.
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
	metrics, err := linetest.CheckEMF([]byte(emf("users-api", `[["stage"],["stage","fn"]]`, requests, values+`,"fn":"f","other":null`)))
	require.NoError(t, err)
	assert.Equal(t, []linetest.Metric{{
		Namespace: "users-api", Name: "Requests", Unit: "Count", Value: 1,
		Dimensions: []map[string]string{{"stage": "prod"}, {"stage": "prod", "fn": "f"}},
	}}, metrics)
}

func TestCheckEMFSeesEachRule(t *testing.T) {
	t.Parallel()
	good := emf("users-api", byStage, requests, values)
	many := strings.Repeat(`{"Name":"Requests","Unit":"Count"},`, 101)
	tests := []struct{ name, line, want string }{
		{"no JSON", "panic: boom", "no JSON object"},
		{"no object", "[]", "no JSON object"},
		{"text behind it", good + "x", "no JSON object"},
		{"two objects", good + good, "no JSON object"},
		{"a member twice", emf("users-api", byStage, requests, values+`,"Requests":2`), `"Requests" stands twice`},
		{"no metadata", `{"stage":"prod"}`, "_aws"},
		{"another member of the metadata", strings.Replace(good, `"Timestamp"`, `"LogGroup":"x","Timestamp"`, 1), "LogGroup"},
		{"no time", strings.Replace(good, `"Timestamp":1795345200000,`, "", 1), "Timestamp"},
		{"a time in seconds", strings.Replace(good, "1795345200000", "1795345200", 1), "Timestamp"},
		{"a time that is a text", strings.Replace(good, "1795345200000", `"1795345200000"`, 1), "Timestamp"},
		{"no directive", `{"_aws":{"Timestamp":1795345200000,"CloudWatchMetrics":[]}}`, "CloudWatchMetrics is empty"},
		{"no namespace", emf("", byStage, requests, values), `namespace ""`},
		{"a namespace of Amazon's", emf("AWS/Lambda", byStage, requests, values), "namespace"},
		{"a strange namespace", emf("users api!", byStage, requests, values), "namespace"},
		{"no dimension set", emf("users-api", `[]`, requests, values), "no dimension set"},
		{"31 dimensions", emf("users-api", `[[`+strings.Repeat(`"stage",`, 30)+`"stage"]]`, requests, values), "31 dimensions"},
		{"a dimension twice", emf("users-api", `[["stage","stage"]]`, requests, values), "twice"},
		{"a dimension that is missing", emf("users-api", `[["service"]]`, requests, values), "dimension service"},
		{"a dimension that is a number", emf("users-api", `[["Requests"]]`, requests, values), "dimension Requests"},
		{"a dimension that is blank", emf("users-api", byStage, requests, `"stage":" ","Requests":1`), "dimension stage"},
		{"a dimension that is not ASCII", emf("users-api", byStage, requests, `"stage":"é","Requests":1`), "dimension stage"},
		{"a dimension that is long", emf("users-api", byStage, requests, `"Requests":1,"stage":"`+strings.Repeat("a", 1025)+`"`), "dimension stage"},
		{"no metric", emf("users-api", byStage, `[]`, values), "0 metrics"},
		{"101 metrics", emf("users-api", byStage, `[`+strings.TrimSuffix(many, ",")+`]`, values), "101 metrics"},
		{"a metric without name", emf("users-api", byStage, `[{"Name":"","Unit":"Count"}]`, values), `metric ""`},
		{"a strange unit", emf("users-api", byStage, `[{"Name":"Requests","Unit":"ms"}]`, values), `unit "ms"`},
		{"a strange resolution", emf("users-api", byStage, `[{"Name":"Requests","Unit":"Count","StorageResolution":5}]`, values), "StorageResolution"},
		{"a metric that is missing", emf("users-api", byStage, requests, `"stage":"prod"`), "metric Requests"},
		{"a metric that is null", emf("users-api", byStage, requests, `"stage":"prod","Requests":null`), "metric Requests"},
		{"a metric that is a text", emf("users-api", byStage, requests, `"stage":"prod","Requests":"1"`), "metric Requests"},
		{"a metric that is too large", emf("users-api", byStage, requests, `"stage":"prod","Requests":1e300`), "metric Requests"},
		{"256 KB", emf("users-api", byStage, requests, values+`,"x":"`+strings.Repeat("a", 256<<10)+`"`), "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := linetest.CheckEMF([]byte(tt.line))
			assert.ErrorContains(t, err, tt.want)
		})
	}
}
