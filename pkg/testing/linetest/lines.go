// Package linetest is what tests know of a log line: the rules of CloudWatch's
// Embedded Metric Format that each must keep, and an example of every kind of
// line, which have all members that there are. The tests of the functions hold
// the examples to the lines; those of dashboard, alarms and saved queries hold
// these to the examples.
package linetest

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed lines/*.json
var lines embed.FS

// Check fails the test unless a line, as it was written, keeps the rules of the
// Embedded Metric Format and has no member that no example has, and gives its
// metrics.
func Check(t testing.TB, line []byte) []Metric {
	t.Helper()
	metrics, err := CheckEMF(line)
	require.NoError(t, err, "%s", line)
	known := members()
	var got map[string]any
	require.NoError(t, json.Unmarshal(line, &got))
	for name, value := range got {
		want, ok := known[name]
		assert.True(t, ok, "%q is a new member of the line: add it to an example in linetest", name)
		if ok {
			assert.IsType(t, want, value, name)
		}
	}
	return metrics
}

var members = sync.OnceValue(Members)

// Example gives the line in lines/<name>.json.
func Example(name string) map[string]any {
	data, err := lines.ReadFile(path.Join("lines", name+".json"))
	if err != nil {
		panic(err) // the name is a constant of a test
	}
	var line map[string]any
	if err := json.Unmarshal(data, &line); err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return line
}

// Members gives the members of all examples, each with a value of its type.
func Members() map[string]any {
	files, err := lines.ReadDir("lines")
	if err != nil {
		panic(err) // it is compiled in
	}
	all := map[string]any{}
	for _, file := range files {
		name := file.Name()
		maps.Copy(all, Example(name[:len(name)-len(path.Ext(name))]))
	}
	return all
}
