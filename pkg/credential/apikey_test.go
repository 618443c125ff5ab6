package credential

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

const testKey = "ak_0123456789abcdef0123456789abcdef"

// entry returns an entry of API_KEYS.
func entry(t *testing.T, name, key string, scopes ...auth.Scope) string {
	t.Helper()
	e, err := FormatAPIKey(name, key, scopes)
	require.NoError(t, err)
	return e
}

func TestFormatAPIKey(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte(testKey))
	assert.Equal(t, "billing:"+hex.EncodeToString(digest[:])+":users:read+users:write",
		entry(t, "billing", testKey, auth.UsersRead, auth.UsersWrite))

	for _, tt := range []struct {
		name, key string
		scopes    []auth.Scope
		want      string
	}{
		{name: "billing", key: testKey[:31], scopes: []auth.Scope{auth.UsersRead}, want: "an API key must be at least 32"},
		{name: "billing", key: testKey + " ", scopes: []auth.Scope{auth.UsersRead}, want: "an API key must be at least 32"},
		{key: testKey, scopes: []auth.Scope{auth.UsersRead}, want: "the name must be"},
		{name: "a:b", key: testKey, scopes: []auth.Scope{auth.UsersRead}, want: "must"},
		{name: "a,b", key: testKey, scopes: []auth.Scope{auth.UsersRead}, want: "the name must be"},
		{name: strings.Repeat("a", 65), key: testKey, scopes: []auth.Scope{auth.UsersRead}, want: "the name must be"},
		{name: "billing", key: testKey, want: "the scopes must be"},
		{name: "billing", key: testKey, scopes: []auth.Scope{"users:reed"}, want: "the scopes must be"},
		{name: "billing", key: testKey, scopes: []auth.Scope{"users:read,evil:00:users:write"}, want: "the scopes must be"},
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
	ring, faults := parseAPIKeys("\n " + entry(t, "billing", testKey, auth.UsersRead) + " ,\n" +
		entry(t, "billing", other, auth.UsersWrite, auth.UsersRead) + "@abcdefghijklmnopqrst \n")
	require.Empty(t, faults)

	p, err := ring.find(testKey)
	require.NoError(t, err)
	assert.Equal(t, auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []auth.Scope{auth.UsersRead}}, p)
	p, err = ring.find(other)
	require.NoError(t, err, "a name may have two keys, so that one can replace the other")
	assert.Equal(t, auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, UsageKey: "abcdefghijklmnopqrst",
		Scopes: []auth.Scope{auth.UsersRead, auth.UsersWrite}}, p)

	digest := sha256.Sum256([]byte(testKey))
	for _, wrong := range []string{
		"", "a", strings.ToUpper(testKey), testKey[1:], testKey[:len(testKey)-1], testKey + "=", "x" + testKey,
		hex.EncodeToString(digest[:]), string(digest[:]), "billing", entry(t, "billing", testKey, auth.UsersRead),
	} {
		p, err := ring.find(wrong)
		assert.Equal(t, auth.ErrAPIKey, err)
		assert.Zero(t, p)
	}
}

func TestParseAPIKeysLeavesOut(t *testing.T) {
	t.Parallel()
	good := entry(t, "billing", testKey, auth.UsersRead)
	digest := strings.Split(good, ":")[1]
	for _, tt := range []struct{ name, value, want string }{
		{name: "key alone", value: testKey, want: "entry 1: must have the form name:sha256hex:scope+scope"},
		{name: "no scopes", value: "billing:" + digest, want: "entry 1: must have the form"},
		{name: "empty scopes", value: "billing:" + digest + ":", want: "entry 1: the scopes must be some of users:read, users:write"},
		{name: "unknown scope", value: good + "+users:unknown", want: "entry 1: the scopes must be"},
		{name: "comma between scopes", value: good + ",users:write", want: "entry 2: must have the form"},
		{name: "empty entry", value: good + ",", want: "entry 2: must have the form"},
		{name: "no name", value: ":" + digest + ":users:read", want: "entry 1: the name must be"},
		{name: "name with a space", value: "bil ling:" + digest + ":users:read", want: "entry 1: the name must be"},
		{name: "key in place of its digest", value: "billing:" + testKey + ":users:read", want: "entry 1: the digest must be the SHA-256"},
		{name: "short digest", value: "billing:" + digest[1:] + ":users:read", want: "entry 1: the digest must be"},
		{name: "long digest", value: "billing:" + digest + "00:users:read", want: "entry 1: the digest must be"},
		{name: "digest not hexadecimal", value: "billing:" + strings.Repeat("g", 64) + ":users:read", want: "entry 1: the digest must be"},
		{name: "short usage key", value: good + "@short", want: "entry 1: what follows @"},
		{name: "empty usage key", value: good + "@", want: "entry 1: what follows @"},
		{name: "duplicate key", value: good + "," + strings.Replace(good, "billing", "other", 1), want: "entry 2 holds the same key as an earlier entry"},
		{name: "duplicate key in upper case", value: good + ",other:" + strings.ToUpper(digest) + ":users:write", want: "entry 2 holds the same key as an earlier entry"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ring, faults := parseAPIKeys(tt.value)
			require.NotEmpty(t, faults)
			assert.Len(t, ring, strings.Count(tt.value, ",")+1-len(faults), "the other entries are good")
			text := strings.Join(faults, "; ")
			assert.Contains(t, text, tt.want)
			assert.NotContains(t, text, testKey)
			assert.NotContains(t, text, digest)
		})
	}
}

// Every key that is read from API_KEYS has a valid principal with known scopes.
func FuzzParseAPIKeys(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		ring, faults := parseAPIKeys(value)
		assert.NotNil(t, ring)
		if strings.TrimSpace(value) != "" {
			assert.Equal(t, strings.Count(value, ",")+1, len(ring)+len(faults))
		}
		for _, k := range ring {
			assert.True(t, auth.ValidSubject(k.principal.Subject))
			assert.NotEmpty(t, k.principal.Scopes)
			assert.Equal(t, k.principal.Scopes, auth.KnownScopes(k.principal.Scopes))
			assert.Equal(t, auth.KindAPIKey, k.principal.Kind)
		}
	})
}
