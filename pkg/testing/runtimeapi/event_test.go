package runtimeapi

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadEvent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(file, text string) { require.NoError(t, os.WriteFile(dir+"/"+file, []byte(text), 0o644)) }
	require.NoError(t, os.Mkdir(dir+"/testdata", 0o755))
	_, err := ReadEvent(dir)
	require.ErrorIs(t, err, os.ErrNotExist)
	write("main.go", "package main\n")
	_, err = ReadEvent(dir)
	require.ErrorContains(t, err, "has no event to send: add one to its testdata, and embed it")
	write("main.go", "package main\n\n//go:embed testdata/put.json\nvar event []byte\n")
	write("testdata/put.json", "{")
	_, err = ReadEvent(dir)
	require.ErrorContains(t, err, "read the event to send")

	write("testdata/put.json", `{"path": "/users/1a", "pathParameters": {"id": "1a"}, "body": "ann.lee@example.com"}`)
	e, err := ReadEvent(dir)
	require.NoError(t, err)
	assert.Equal(t, "1a", e.PathID())
	assert.EqualValues(t, `{"path":"/users/2b","pathParameters":{"id":"2b"},"body":"new@example.com"}`, e.About("2b", "new@example.com"))
	assert.Empty(t, Event("{}").PathID())
}
