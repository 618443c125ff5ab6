package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"users-api/scripts/internal/harness"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	var f harness.Function
	require.NoError(t, yaml.Unmarshal([]byte("environment: {API_KEYS: {Ref: Keys}, LOG_LEVEL: '${param:logLevel}', GOMAXPROCS: 1}"), &f))
	assert.Equal(t, "GOMAXPROCS=1", environment(f)[4])
	assert.Len(t, environment(f), 5)
}

func TestGoReadsTheSystemsRootsFiveTimes(t *testing.T) {
	t.Parallel()
	variables, err := layOutRoots(t.TempDir(), []byte("-----BEGIN CERTIFICATE-----\n"))
	require.NoError(t, err)
	files := []string{strings.TrimPrefix(variables[0], "SSL_CERT_FILE=")}
	for _, folder := range filepath.SplitList(strings.TrimPrefix(variables[1], "SSL_CERT_DIR=")) {
		found, _ := filepath.Glob(folder + "/*")
		files = append(files, found...)
	}
	require.Len(t, files, 5)
	for _, f := range files {
		assert.Equal(t, systemRoots, strings.Count(read(t, f), "BEGIN CERTIFICATE"))
	}
}

func TestTheBenchsRootReplacesAmazonRootCA1(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	overlay, err := overlayRoots("../..", dir, []byte("root\n"))
	require.NoError(t, err)
	const embedded = "../../pkg/amazon/amazon-roots.pem"
	assert.Equal(t, fmt.Sprintf(`{"Replace": {%q: %q}}`, embedded, dir+"/roots.pem"), read(t, overlay))
	first, rest := pem.Decode([]byte(read(t, embedded)))
	cert, err := x509.ParseCertificate(first.Bytes)
	require.NoError(t, err)
	assert.Equal(t, "Amazon Root CA 1", cert.Subject.CommonName)
	assert.Equal(t, "root\n"+string(rest), read(t, dir+"/roots.pem"))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}
