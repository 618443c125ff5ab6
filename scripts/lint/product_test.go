package lint

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
)

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
