package credential_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// issuer publishes a key set over HTTP, or answers as a test tells it to.
type issuer struct {
	server  *httptest.Server
	fetches atomic.Int32
	answer  atomic.Pointer[http.HandlerFunc]
}

func newIssuer(t *testing.T, keys ...signingKey) *issuer {
	t.Helper()
	i := &issuer{}
	i.publish(t, keys...)
	i.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.fetches.Add(1)
		(*i.answer.Load())(w, r)
	}))
	t.Cleanup(i.server.Close)
	return i
}

func (i *issuer) handle(h http.HandlerFunc) { i.answer.Store(&h) }

func (i *issuer) answerWith(status int, body string) {
	i.handle(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func (i *issuer) publish(t *testing.T, keys ...signingKey) {
	i.answerWith(http.StatusOK, keySet(t, keys...))
}

func (i *issuer) authenticator(t *testing.T, c *clock) *credential.Authenticator {
	t.Helper()
	return newAuthenticator(t, c, map[string]string{"JWKS_URL": i.server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
}

// fixture is an issuer, an authenticator that uses its keys, and a clock.
type fixture struct {
	*testing.T
	*issuer
	*clock
	auth *credential.Authenticator
}

// newFixture returns a fixture whose authenticator has fetched the keys.
func newFixture(t *testing.T, keys ...signingKey) *fixture {
	t.Helper()
	f := &fixture{T: t, issuer: newIssuer(t, keys...), clock: newClock()}
	f.auth = f.authenticator(t, f.clock)
	require.NoError(t, f.auth.Connect(t.Context()))
	f.expectFetches(1)
	return f
}

// expect asserts the reason for which a token of the key is refused; "" if it is accepted.
func (f *fixture) expect(k signingKey, want auth.Reason, message string) {
	f.Helper()
	_, err := f.auth.Authenticate(f.Context(), "Bearer "+k.sign(f.T, goodClaims(f.Now())))
	assert.Equal(f, want, auth.ReasonOf(err), "%s: %v", message, err)
}

func (f *fixture) expectFetches(n int32) {
	f.Helper()
	assert.Equal(f, n, f.fetches.Load(), "number of fetches")
}
