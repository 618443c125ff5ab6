package localaws

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadSecretMakesOneAndKeepsIt(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "new")
	first, err := ReadSecret(state)
	require.NoError(t, err)
	second, err := ReadSecret(state)
	require.NoError(t, err)
	assert.Equal(t, first, second)
	assert.GreaterOrEqual(t, len(first.JWTSecret), 32)
	assert.Equal(t, APIKeyEntry("local", first.APIKey, []string{"users:read", "users:write"}), first.APIKeys)

	info, err := os.Stat(filepath.Join(state, "secret.json"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	other, err := ReadSecret(t.TempDir())
	require.NoError(t, err)
	assert.NotEqual(t, first.JWTSecret, other.JWTSecret)
}

func TestTheEmulatorNeverGetsTheKeyItself(t *testing.T) {
	t.Parallel()
	secret, err := ReadSecret(t.TempDir())
	require.NoError(t, err)
	value, err := secret.secretString()
	require.NoError(t, err)
	assert.Contains(t, value, secret.JWTSecret)
	assert.NotContains(t, value, secret.APIKey)
}

func TestReadSecretRefusesADamagedFile(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	write(t, state, "secret.json", "{")
	_, err := ReadSecret(state)
	assert.ErrorContains(t, err, "make reset")
}

func TestAPIKeyEntry(t *testing.T) {
	t.Parallel()
	entry := APIKeyEntry("partner", "key", []string{"users:read", "users:write"})
	assert.Equal(t, "partner:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683:users:read+users:write", entry)
	assert.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`), NewAPIKey())
}
