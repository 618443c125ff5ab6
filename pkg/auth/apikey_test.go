package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testKey = "ak_0123456789abcdef0123456789abcdef"

// entry gives an entry of API_KEYS.
func entry(t *testing.T, name, key string, scopes ...string) string {
	t.Helper()
	e, err := FormatAPIKey(name, key, scopes)
	require.NoError(t, err)
	return e
}

func TestFormatAPIKey(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte(testKey))
	assert.Equal(t, "billing:"+hex.EncodeToString(digest[:])+":users:read+users:write",
		entry(t, "billing", testKey, ScopeRead, ScopeWrite))

	for _, tt := range []struct {
		name, key string
		scopes    []string
		want      string
	}{
		{"billing", testKey[:31], []string{ScopeRead}, "an API key must be at least 32"},
		{"billing", testKey + " ", []string{ScopeRead}, "an API key must be at least 32"},
		{"", testKey, []string{ScopeRead}, "the name must be"},
		{"a:b", testKey, []string{ScopeRead}, "must"},
		{"a,b", testKey, []string{ScopeRead}, "the name must be"},
		{strings.Repeat("a", 65), testKey, []string{ScopeRead}, "the name must be"},
		{"billing", testKey, nil, "the scopes must be"},
		{"billing", testKey, []string{"users:reed"}, "the scopes must be"},
		{"billing", testKey, []string{"users:read,evil:00:users:write"}, "the scopes must be"},
	} {
		_, err := FormatAPIKey(tt.name, tt.key, tt.scopes)
		require.Error(t, err, tt)
		assert.Contains(t, err.Error(), tt.want)
		assert.NotContains(t, err.Error(), tt.key)
	}
}

func TestKeyring(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("b", 40)
	ring, err := parseAPIKeys("\n " + entry(t, "billing", testKey, ScopeRead) + " ,\n" +
		entry(t, "billing", other, ScopeWrite, ScopeRead) + "@abcdefghijklmnopqrst \n")
	require.NoError(t, err)

	p, err := ring.find(testKey)
	require.NoError(t, err)
	assert.Equal(t, Principal{Subject: "billing", Kind: KindAPIKey, Scopes: []string{ScopeRead}}, p)
	p, err = ring.find(other)
	require.NoError(t, err, "a name may have two keys, so that one can be replaced by the other")
	assert.Equal(t, Principal{Subject: "billing", Kind: KindAPIKey, Scopes: []string{ScopeRead, ScopeWrite}, UsageKey: "abcdefghijklmnopqrst"}, p)

	digest := sha256.Sum256([]byte(testKey))
	for _, wrong := range []string{
		"", "a", strings.ToUpper(testKey), testKey[1:], testKey[:len(testKey)-1], testKey + "=", "x" + testKey,
		hex.EncodeToString(digest[:]), string(digest[:]), "billing", entry(t, "billing", testKey, ScopeRead),
	} {
		p, err := ring.find(wrong)
		assert.Equal(t, APIKey, err)
		assert.Zero(t, p)
	}
}

func TestParseAPIKeysRefuses(t *testing.T) {
	t.Parallel()
	good := entry(t, "billing", testKey, ScopeRead)
	digest := strings.Split(good, ":")[1]
	for _, tt := range []struct{ name, value, want string }{
		{"a key alone", testKey, "entry 1: must have the form name:sha256hex:scope+scope"},
		{"no scopes", "billing:" + digest, "entry 1: must have the form"},
		{"empty scopes", "billing:" + digest + ":", "entry 1: the scopes must be users:read, users:write or both"},
		{"unknown scope", good + "+users:admin", "entry 1: the scopes must be"},
		{"a comma between scopes", good + ",users:write", "entry 2: must have the form"},
		{"an empty entry", good + ",", "entry 2: must have the form"},
		{"no name", ":" + digest + ":users:read", "entry 1: the name must be"},
		{"a name with a space", "bil ling:" + digest + ":users:read", "entry 1: the name must be"},
		{"the key in place of its digest", "billing:" + testKey + ":users:read", "entry 1: the digest must be the SHA-256"},
		{"a digest too short", "billing:" + digest[1:] + ":users:read", "entry 1: the digest must be"},
		{"a digest too long", "billing:" + digest + "00:users:read", "entry 1: the digest must be"},
		{"a digest that is not hexadecimal", "billing:" + strings.Repeat("g", 64) + ":users:read", "entry 1: the digest must be"},
		{"a usage key too short", good + "@short", "entry 1: what follows @"},
		{"a usage key that is empty", good + "@", "entry 1: what follows @"},
		{"the same key twice", good + "," + strings.Replace(good, "billing", "other", 1), "entry 2 holds the same key as entry 1"},
		{"the same key in capitals", good + ",other:" + strings.ToUpper(digest) + ":users:write", "entry 2 holds the same key as entry 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ring, err := parseAPIKeys(tt.value)
			require.Error(t, err)
			assert.Nil(t, ring)
			assert.Contains(t, err.Error(), tt.want)
			assert.NotContains(t, err.Error(), testKey)
			assert.NotContains(t, err.Error(), digest)
		})
	}
}

// Whatever API_KEYS holds, what is read from it are well-formed principals with
// scopes that exist, and an error never quotes it.
func FuzzParseAPIKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		ring, err := parseAPIKeys(value)
		if err != nil {
			assert.Nil(t, ring)
			return
		}
		assert.Len(t, ring, strings.Count(value, ",")+1)
		for _, k := range ring {
			assert.True(t, validSubject(k.principal.Subject))
			assert.NotEmpty(t, k.principal.Scopes)
			assert.Equal(t, k.principal.Scopes, knownScopes(k.principal.Scopes))
			assert.Equal(t, KindAPIKey, k.principal.Kind)
		}
	})
}
