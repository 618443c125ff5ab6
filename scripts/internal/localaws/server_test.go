package localaws

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

// startServer starts one that ends with the test.
func startServer(t *testing.T, state string) *Server {
	t.Helper()
	root, err := repository.Root()
	require.NoError(t, err)
	require.NoError(t, Install(t.Context(), root, os.Stderr))
	s, err := Start(t.Context(), Options{Root: root, State: state})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func TestServersKeepTheirOwnState(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	first, second := startServer(t, state), startServer(t, t.TempDir())
	_, err := secretsmanager.NewFromConfig(first.Config()).CreateSecret(t.Context(),
		&secretsmanager.CreateSecretInput{Name: aws.String("name"), SecretString: aws.String("value")})
	require.NoError(t, err)
	read := func(s *Server) error {
		_, err := secretsmanager.NewFromConfig(s.Config()).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("name")})
		return err
	}
	assert.Error(t, read(second))

	require.NoError(t, first.Stop())
	require.NoError(t, first.Stop(), "stopping twice is no error")
	assert.False(t, isReady(first.URL))

	again := startServer(t, state)
	assert.Equal(t, first.URL, again.URL, "the port stays")
	assert.NoError(t, read(again))
}

func TestStateFolderIsUsedByOne(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	_, err := Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)

	s := startServer(t, state)
	url, err := Running(state)
	require.NoError(t, err)
	assert.Equal(t, s.URL, url)
	assert.FileExists(t, s.file("env"))
	_, err = Start(t.Context(), Options{Root: s.opts.Root, State: state})
	assert.ErrorIs(t, err, ErrRunning)
	assert.ErrorIs(t, Reset(state), ErrRunning)

	require.NoError(t, s.Stop())
	_, err = Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)
	assert.NoFileExists(t, s.file("env"))
	require.NoError(t, Reset(state))
	assert.NoDirExists(t, state)
}
