package auth

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// API Gateway goes on using what it remembers; the function does not.
func TestRequireRefusesATokenFromTheSecondOnThatItExpires(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)
	p := Principal{Subject: "alice", Kind: KindJWT, Scopes: []string{ScopeRead}, Expires: end}
	remembered, err := json.Marshal(p.Context())
	require.NoError(t, err)

	got, err := requireAt(remembered, ScopeRead, end.Add(-time.Nanosecond))
	require.NoError(t, err)
	assert.Equal(t, "jwt:alice", got.ID())
	_, err = requireAt(remembered, ScopeRead, end)
	assert.Equal(t, Expired, ReasonOf(err))

	p.Expires = time.Time{} // an API key does not expire
	remembered, err = json.Marshal(p.Context())
	require.NoError(t, err)
	_, err = requireAt(remembered, ScopeRead, end)
	assert.NoError(t, err)
}
