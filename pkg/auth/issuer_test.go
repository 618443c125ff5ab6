package auth_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
)

// issuer publishes a key set over HTTP, and misbehaves when it is told to.
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

func (i *issuer) does(h http.HandlerFunc) { i.answer.Store(&h) }

func (i *issuer) says(status int, body string) {
	i.does(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func (i *issuer) publish(t *testing.T, keys ...signingKey) { i.says(http.StatusOK, keySet(t, keys...)) }

func (i *issuer) authenticator(t *testing.T, c *clock) *auth.Authenticator {
	t.Helper()
	return newAuthenticator(t, c, map[string]string{"JWKS_URL": i.server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
}

// life is an issuer, an authenticator that has its keys, and the time.
type life struct {
	*testing.T
	*issuer
	*clock
	auth *auth.Authenticator
}

func newLife(t *testing.T, keys ...signingKey) *life {
	t.Helper()
	l := &life{T: t, issuer: newIssuer(t, keys...), clock: newClock()}
	l.auth = l.authenticator(t, l.clock)
	require.NoError(t, l.auth.Prime(t.Context()))
	l.expectFetches(1)
	return l
}

// expect checks what becomes of a token of the key; an empty reason is "let in".
func (l *life) expect(k signingKey, want auth.Reason, why string) {
	l.Helper()
	_, err := l.auth.Authenticate(l.Context(), "Bearer "+k.sign(l.T, goodClaims(l.Now())))
	assert.Equal(l, want, auth.ReasonOf(err), "%s: %v", why, err)
}

func (l *life) expectFetches(n int32) {
	l.Helper()
	assert.Equal(l, n, l.fetches.Load(), "fetches so far")
}
