package localaws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

// tests/e2e checks that a second server and a reset are refused, and that the state is kept.
func TestStateFolder(t *testing.T) {
	t.Parallel()
	root, err := repository.Root()
	require.NoError(t, err)
	state := t.TempDir()
	_, err = Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)

	s, err := Start(t.Context(), Options{Root: root, State: state})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop(), "stopping twice is no error") })
	running, err := Running(state)
	require.NoError(t, err)
	assert.Equal(t, s.AWS, running)

	require.NoError(t, s.Stop())
	_, err = Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)
	assert.NoFileExists(t, s.file("env"))
	port, err := pickPort(state)
	require.NoError(t, err)
	assert.Equal(t, s.URL, "http://127.0.0.1:"+port, "the port stays")
	require.NoError(t, Reset(state))
	assert.NoDirExists(t, state)
}
