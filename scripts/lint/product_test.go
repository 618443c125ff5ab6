package lint

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/api"
)

// TestCacheKeysHaveTheHeaders checks that API Gateway's cache tells requests apart by each header
// that may change the answer to a GET.
func TestCacheKeysHaveTheHeaders(t *testing.T) {
	t.Parallel()
	changesNoAnswer := []string{"content-type", "idempotency-key", "x-correlation-id"}
	stage := strings.ToLower(readFile(t, "../../resources/stage.js"))
	for _, field := range reflect.VisibleFields(reflect.TypeFor[api.Headers]()) {
		name := field.Tag.Get("json")
		if !slices.Contains(changesNoAnswer, name) {
			assert.Regexp(t, `\[identityheader, .*'`+name+`'`, stage, "pkg/api reads the header %s, and answers to a GET may differ by it: "+
				"add it to the cache keys in resources/stage.js, or to changesNoAnswer in this test", name)
		}
	}
}
