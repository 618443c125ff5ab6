package issuer_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/issuer"
)

// tests/e2e uses the issuer's tokens.
func TestTheKeysArePublishedAndKept(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	published := func() string {
		i, err := issuer.Open(state, "http://127.0.0.1:3000")
		require.NoError(t, err)
		w := httptest.NewRecorder()
		i.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", i.KeysURL, nil))
		return w.Body.String()
	}
	first := published()
	assert.Equal(t, first, published(), "the keys of the first start")
	assert.Contains(t, first, `"kid":"ES256"`)
	assert.NotContains(t, first, `"d":`, "a private key")
}
