package lint

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/credential"
)

// TestSettingsHaveTheAlgorithms compares the algorithms of tokens that a deployment accepts as a
// parameter with those that the authorizer accepts.
func TestSettingsHaveTheAlgorithms(t *testing.T) {
	t.Parallel()
	var accepted []string
	for _, config := range []map[string]string{
		{"JWT_SECRET": strings.Repeat("s", 32)},
		{"JWKS_URL": "https://issuer.example/keys", "JWT_ISSUER": "issuer", "JWT_AUDIENCE": "example"},
	} {
		config["JWT_ALGORITHMS"] = "none" // the error lists those that may be set
		_, err := credential.New(func(name string) (string, bool) { return config[name], true }, http.DefaultClient, time.Now)
		require.Error(t, err)
		accepted = append(accepted, listed(t, `JWT_ALGORITHMS must be some of (\S+), separated`, err.Error())...)
	}
	settings := listed(t, `const algorithms = \[(.+)\]`, readFile(t, "../serverless/settings.js"))
	assert.ElementsMatch(t, accepted, settings, "pkg/credential/config.go and scripts/serverless/settings.js have different algorithms: make them the same")
}

// TestCacheKeysHaveTheHeaders checks that API Gateway's cache tells requests apart by each header
// that may change the answer to a GET.
func TestCacheKeysHaveTheHeaders(t *testing.T) {
	t.Parallel()
	changesNoAnswer := []string{"content-type", "idempotency-key", "x-correlation-id"}
	keys := listed(t, `\[identityheader, (.+?)\]`, strings.ToLower(readFile(t, "../../resources/stage.js")))
	for _, field := range reflect.VisibleFields(reflect.TypeFor[api.Headers]()) {
		name := field.Tag.Get("json")
		if !slices.Contains(changesNoAnswer, name) {
			assert.Contains(t, keys, name, "pkg/api reads the header %s, and answers to a GET may differ by it: "+
				"add it to the cache keys in resources/stage.js, or to changesNoAnswer in this test", name)
		}
	}
}

// listed returns the items of the list that a pattern's group matches in a text.
func listed(t *testing.T, pattern, text string) []string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	require.NotNil(t, m, "no list matches %s", pattern)
	return strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune(" ,'", r) })
}
