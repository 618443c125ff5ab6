package main

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	o, err := parseOptions([]string{"-f", "getUser, authorizer", "-n", "50", "-mem", "128,256",
		"-variant", "unprimed:PRIME=off,GOGC=50", "-json", "-svg", "docs"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, []string{"getUser", "authorizer"}, o.functions)
	assert.Equal(t, 50, o.rounds)
	assert.Equal(t, []int{128, 256}, o.memory)
	assert.Equal(t, []variant{{"unprimed", map[string]string{"PRIME": "off", "GOGC": "50"}}}, o.variants)
	assert.True(t, o.json)
	assert.Equal(t, "docs", o.svgDir)
}

func TestBadOptionsSayWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no rounds", []string{"-n", "0"}, "must be at least 1"},
		{"too few warm requests", []string{"-warm", "3"}, "must be at least 10"},
		{"memory that is no number", []string{"-mem", "small"}, "such as 128,256,512"},
		{"memory below Lambda's least", []string{"-mem", "64"}, "from 128 to 10240"},
		{"no memory", []string{"-mem", ","}, "such as 128,256,512"},
		{"variant without a name", []string{"-variant", "PRIME=off"}, "name:KEY=VALUE"},
		{"variant without a setting", []string{"-variant", "a:"}, "name:KEY=VALUE"},
		{"variant without a value", []string{"-variant", "a:PRIME"}, "name:KEY=VALUE"},
		{"period below the kernel's least quota", []string{"-period", "1ms"}, "from 15ms"},
		{"pause that would never end", []string{"-pause", "1h"}, "from 0s to 1s"},
		{"argument", []string{"getUser"}, "named with -f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := parseOptions(tt.args, io.Discard)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestHelpIsGiven(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	_, err := parseOptions([]string{"-h"}, &out)
	require.ErrorIs(t, err, flag.ErrHelp)
	assert.Contains(t, out.String(), "-mem sizes")
}
