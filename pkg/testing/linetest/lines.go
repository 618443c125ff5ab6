// Package linetest checks log lines against the rules of CloudWatch's Embedded Metric Format, and
// against examples, which together have every member of a line. The tests of package boot compare
// the examples with the lines that it writes; the tests of dashboard, alarms and saved queries
// compare the members that they read with the examples.
package linetest

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//go:embed lines/*.json
var lines embed.FS

// Check returns the metrics of a line. It fails the test if the line, as it was written, breaks a
// rule of the Embedded Metric Format or has a member that no example has.
func Check(t testing.TB, line []byte) []Metric {
	t.Helper()
	metrics, err := CheckEMF(line)
	require.NoError(t, err, "%s", line)
	known := members()
	var got map[string]any
	require.NoError(t, json.Unmarshal(line, &got))
	for name, value := range got {
		want, ok := known[name]
		if !ok && strings.HasSuffix(name, "Id") { // of another entity
			want, ok = known["userId"]
		}
		assert.True(t, ok, "%q is a new member of the line: add it to an example in linetest", name)
		if ok {
			assert.IsType(t, want, value, name)
		}
	}
	return metrics
}

var members = sync.OnceValue(Members)

// Example returns the line in lines/<name>.json.
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

// Members returns the members of all examples, each with a value of its type.
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
