package main

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChainVerifiesByItsRootAlone(t *testing.T) {
	t.Parallel()
	c, err := newChain("localhost")
	require.NoError(t, err)
	require.Len(t, c.server.Certificate, 2, "server and intermediate; the root makes three")
	leaf, err := x509.ParseCertificate(c.server.Certificate[0])
	require.NoError(t, err)

	roots, middle := x509.NewCertPool(), x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pemOf(c.root)))
	require.True(t, middle.AppendCertsFromPEM(pemOf(c.server.Certificate[1])))
	chains, err := leaf.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: roots, Intermediates: middle})
	require.NoError(t, err)
	assert.Len(t, chains[0], 3)
	_, err = leaf.Verify(x509.VerifyOptions{DNSName: "localhost", Roots: roots})
	assert.Error(t, err, "without the intermediate certificate there is no chain")
}

func TestSystemBundleHasTheBenchsRootInPlaceOfAmazons(t *testing.T) {
	t.Parallel()
	c, err := newChain("localhost")
	require.NoError(t, err)
	file, err := systemBundle(c.root)
	require.NoError(t, err)
	assert.Equal(t, systemRoots, strings.Count(string(file), "BEGIN CERTIFICATE"))
	assert.Contains(t, string(file), string(pemOf(c.root)))
	_, err = standIn(file, c.root)
	assert.ErrorIs(t, err, errNoStandIn, "the real one is gone")
}

func TestRootsAreLaidOutForGoToReadFiveTimes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, layOutRoots(dir, []byte("roots")))
	assert.Len(t, bundleLinks, 4)
	for _, link := range bundleLinks {
		text, err := os.ReadFile(filepath.Join(dir, link))
		require.NoError(t, err)
		assert.Equal(t, "roots", string(text))
		target, err := os.Readlink(filepath.Join(dir, link))
		require.NoError(t, err)
		assert.Contains(t, target, "/", "a target without a slash would be skipped")
	}
}
