package progress

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyATerminalShowsACounter(t *testing.T) {
	t.Parallel()
	var terminal, file strings.Builder
	for _, c := range []*Counter{{out: &terminal, what: "users", total: 10}, Start(&file, "users", 10)} {
		c.Add(4)
		c.Stop()
	}
	assert.Equal(t, "\rusers: 4 of 10\r\x1b[K", terminal.String())
	assert.Empty(t, file.String())
}
