package localaws

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadSecret(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "new")
	file := filepath.Join(state, "secret.json")
	first, err := ReadSecret(state)
	require.NoError(t, err)
	second, err := ReadSecret(state)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	other, err := ReadSecret(t.TempDir())
	require.NoError(t, err)
	assert.NotEqual(t, first.JWTSecret, other.JWTSecret)

	assert.JSONEq(t, `{"jwtSecret":"`+first.JWTSecret+`","apiKeys":"`+first.APIKeys+`"}`, first.Value(), "the local AWS never gets the key itself")
	assert.NotContains(t, first.APIKeys, first.APIKey)
	assert.Regexp(t, `^local:[0-9a-f]{64}:users:read\+users:write$`, first.APIKeys)

	require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
	_, err = ReadSecret(state)
	assert.ErrorContains(t, err, "make reset")
}
