package credential_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
)

func TestOutages(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]func(*issuer){
		"closed connection":       func(i *issuer) { i.handle(closeConnection) },
		"status 500":              func(i *issuer) { i.answerWith(500, `{"keys":[]}`) },
		"status 404":              func(i *issuer) { i.answerWith(404, "not here") },
		"status 204":              func(i *issuer) { i.answerWith(204, "") },
		"empty answer":            func(i *issuer) { i.answerWith(200, "") },
		"HTML":                    func(i *issuer) { i.answerWith(200, "<html>we are down</html>") },
		"empty key set":           func(i *issuer) { i.answerWith(200, `{"keys":[]}`) },
		"no keys member":          func(i *issuer) { i.answerWith(200, `{}`) },
		"null":                    func(i *issuer) { i.answerWith(200, `null`) },
		"truncated key set":       func(i *issuer) { i.answerWith(200, `{"keys":[{"kty":"EC","cr`) },
		"object as keys":          func(i *issuer) { i.answerWith(200, `{"keys":{"a":1}}`) },
		"a million nested arrays": func(i *issuer) { i.answerWith(200, `{"keys":`+strings.Repeat("[", 1<<20-100)) },
		"endless answer":          func(i *issuer) { i.handle(endless) },
		"truncated answer":        func(i *issuer) { i.handle(hangUp) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := newECKey(t, "a"), newECKey(t, "b")
			f := newFixture(t, a)
			outage(f.issuer)
			f.advance(time.Hour)
			f.expect(a, "", "a known key in a stale set")
			_, unavailable := f.auth.KeyFaults()
			require.True(t, unavailable, "an operator must know before a new key is refused")
			_, unavailable = f.auth.KeyFaults()
			require.False(t, unavailable, "once for each fetch")
			f.expect(b, auth.ErrKeysUnavailable, "an unknown key")
			fetches := f.fetches.Load()
			f.advance(59 * time.Second)
			f.expect(a, "", "a known key, within a minute of the failed fetch")
			assert.Equal(t, fetches, f.fetches.Load(), "a known key must not cause another fetch so soon")
		})
	}
}

// A valid key set is refused if it is too large, or comes by a redirect or with another status than
// 200.
func TestRefusedKeySets(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	set := keySet(t, b)
	other := newIssuer(t, b)
	for name, answer := range map[string]http.HandlerFunc{
		"more than 1 MB": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(set + strings.Repeat(" ", 1<<20)))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.server.URL, http.StatusTemporaryRedirect)
		},
		"another status": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNonAuthoritativeInfo)
			_, _ = w.Write([]byte(set))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, a)
			f.handle(answer)
			f.advance(time.Hour)
			f.expect(b, auth.ErrKeysUnavailable, "a key of a refused set")
		})
	}
}

// endless answers with white space that does not end.
func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat(" ", 1<<16))
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// hangUp closes the connection in the middle of the answer.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"keys":[`))
}

// closeConnection closes the connection without an answer. The port of a closed server would be no
// substitute: the system may give it to the server of another test.
func closeConnection(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// nowhere is a URL without a server: the system picks port 1 for none that asks for any port.
const nowhere = "http://127.0.0.1:1"

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	c := newClock()
	claims := goodClaims(c.Now())
	for token, variables := range map[string]map[string]string{
		newECKey(t, "a").sign(t, claims): {"JWKS_URL": nowhere, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience},
		signHS256(t, claims):             union(stageVariables, map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": nowhere}),
	} {
		a := newAuthenticator(t, c, variables)
		require.ErrorIs(t, a.Connect(t.Context()), syscall.ECONNREFUSED)
		_, err := a.Authenticate(t.Context(), "Bearer "+token)
		assert.Equal(t, auth.ErrKeysUnavailable, auth.ReasonOf(err), "%v", err)
	}
}

func TestIssuerRecovers(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	i, c := newIssuer(t), newClock()
	i.answerWith(503, "")
	f := &fixture{T: t, issuer: i, clock: c, auth: i.authenticator(t, c)}
	err := f.auth.Connect(t.Context())
	require.Error(t, err)
	assert.Contains(t, err.Error(), "fetch the issuer's keys: GET "+i.server.URL+": status 503")
	f.expect(a, auth.ErrKeysUnavailable, "no key is known yet")
	f.expectFetches(1)
	f.publish(t, a)
	f.expect(a, auth.ErrKeysUnavailable, "too early for another fetch")
	f.advance(10 * time.Second)
	f.expect(a, "", "the next fetch")
	f.expect(b, auth.ErrUnknownKey, "a key that the issuer does not have")
	f.expectFetches(2)
}

func TestKeysUnavailableError(t *testing.T) {
	t.Parallel()
	c, k := newClock(), newECKey(t, "secret-looking-kid")
	i := newIssuer(t)
	i.answerWith(200, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`)
	_, err := i.authenticator(t, c).Authenticate(t.Context(), "Bearer "+k.sign(t, goodClaims(c.Now())))
	require.Error(t, err)
	assert.Equal(t, apperr.Unavailable, apperr.KindOf(err))
	assert.Equal(t, "Service unavailable, try again: keys_unavailable: fetch the issuer's keys: GET "+i.server.URL+
		": none of 1 keys in the set can be used: kid \"\": a key is symmetric or private, and must not be published", err.Error())
}

func TestSilentIssuer(t *testing.T) {
	t.Parallel()
	a, b := newECKey(t, "a"), newECKey(t, "b")
	f := newFixture(t, a)
	f.advance(time.Hour)
	f.handle(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	f.expect(b, auth.ErrKeysUnavailable, "a fetch that times out")
	fetches := f.fetches.Load()
	f.expect(b, auth.ErrKeysUnavailable, "no second fetch so soon")
	f.expect(a, "", "a known key")
	assert.Equal(t, fetches, f.fetches.Load())
}
