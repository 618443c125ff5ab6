package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

func TestGoReadsTheSystemsRootsFiveTimes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	variables, err := layOutRoots(dir, []byte("root"))
	require.NoError(t, err)
	file, folders := strings.TrimPrefix(variables[0], "SSL_CERT_FILE="), strings.TrimPrefix(variables[1], "SSL_CERT_DIR=")
	files := []string{file}
	for _, folder := range filepath.SplitList(folders) {
		found, err := filepath.Glob(folder + "/*")
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.Len(t, files, 5)
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		assert.Equal(t, systemRoots, strings.Count(string(text), "BEGIN CERTIFICATE"))
	}
}

func TestTheBenchsRootReplacesAmazonRootCA1(t *testing.T) {
	t.Parallel()
	checkout, err := repository.Root()
	require.NoError(t, err)
	overlay, err := overlayRoots(checkout, t.TempDir(), []byte("root"))
	require.NoError(t, err)
	text, err := os.ReadFile(overlay)
	require.NoError(t, err)
	var files struct{ Replace map[string]string }
	require.NoError(t, json.Unmarshal(text, &files))
	require.Len(t, files.Replace, 1)
	for original, replaced := range files.Replace {
		text, err := os.ReadFile(original)
		require.NoError(t, err)
		first, rest := pem.Decode(text)
		cert, err := x509.ParseCertificate(first.Bytes)
		require.NoError(t, err)
		assert.Equal(t, "Amazon Root CA 1", cert.Subject.CommonName)
		text, err = os.ReadFile(replaced)
		require.NoError(t, err)
		assert.Equal(t, string(pemOf([]byte("root")))+string(rest), string(text))
	}
	_, err = overlayRoots(t.TempDir(), t.TempDir(), nil)
	assert.ErrorContains(t, err, "embeds no file of Amazon's roots")
}
