package credential

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// identityParts are what headers and their near misses are made of.
var identityParts = []string{
	"Bearer", "bEARER", "ApiKey", "APIKEY", "Basic", "Api\u212aey", "Bea\u017fer", " ", "  ", "\t", "\u00a0", "\n", "\x00",
	"a.b.c", "aZ09-._~+/", "=", "==", ",", ":", `"`, "\xff", "\uff41", strings.Repeat("a", MaxBytes),
}

// API Gateway calls the authorizer for a header that matches the expression in identity.json, and
// answers 401 to any other one itself. It must let through what the authorizer can accept, and need
// not let through anything else. It cannot limit the length: bounds of repetitions are small.
func TestIdentityExpressions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("identity.json")
	require.NoError(t, err)
	var expressions map[string]string
	require.NoError(t, json.Unmarshal(text, &expressions))
	for name, parse := range map[string]func(string) (credential, error){"Authorization": parseHeader, "x-api-key": parseBareKey} {
		passes := regexp.MustCompile(expressions[name]).MatchString
		accepted := 0
		for range 20_000 {
			var header strings.Builder
			for range rand.IntN(6) {
				header.WriteString(identityParts[rand.IntN(len(identityParts))])
			}
			_, err := parse(header.String())
			if err == auth.ErrTooLarge {
				continue
			}
			require.Equal(t, err == nil, passes(header.String()), "%s: %q", name, header.String())
			if err == nil {
				accepted++
			}
		}
		assert.Positive(t, accepted, name)
	}
}
