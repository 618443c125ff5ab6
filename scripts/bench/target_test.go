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
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	var c checkout
	require.NoError(t, yaml.Unmarshal([]byte(`
params: {default: {logLevel: info}}
functions:
  known: {environment: {TABLE_NAME: {Ref: UsersTable}, LOG_LEVEL: "${param:logLevel}", GOMAXPROCS: 1}}
  unknown: {environment: {OTHER: {Ref: Other}}}
  unresolved: {environment: {OTHER: "${self:service}"}}
`), &c))
	env, err := c.environment("known")
	require.NoError(t, err)
	assert.Subset(t, env, []string{"TABLE_NAME=" + tableName, "LOG_LEVEL=info", "GOMAXPROCS=1"})
	for _, name := range []string{"unknown", "unresolved"} {
		_, err = c.environment(name)
		assert.ErrorContains(t, err, "only a deployment knows OTHER of "+name)
	}
	_, err = c.targets(options{functions: []string{"none"}})
	assert.ErrorContains(t, err, "has no function none")
	assert.ErrorContains(t, (&checkout{dir: t.TempDir()}).build(t.TempDir(), nil), "read serverless.yml")
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
	embedded, _ := filepath.Glob("../../pkg/*/*.pem")
	require.Len(t, embedded, 1)
	overlay, err := overlayRoots("../..", t.TempDir(), []byte("root\n"))
	require.NoError(t, err)
	replaced := filepath.Dir(overlay) + "/roots.pem"
	assert.Equal(t, fmt.Sprintf(`{"Replace": {%q: %q}}`, embedded[0], replaced), read(t, overlay))
	first, rest := pem.Decode([]byte(read(t, embedded[0])))
	cert, err := x509.ParseCertificate(first.Bytes)
	require.NoError(t, err)
	assert.Equal(t, "Amazon Root CA 1", cert.Subject.CommonName)
	assert.Equal(t, "root\n"+string(rest), read(t, replaced))
	_, err = overlayRoots(t.TempDir(), t.TempDir(), nil)
	assert.ErrorContains(t, err, "0 files of roots")
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}
