package credential_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/credential"
)

func TestRehearsalIsAcceptedWithoutScopes(t *testing.T) {
	t.Parallel()
	for _, variables := range []map[string]string{
		{"JWT_SECRET": testSecret},
		{"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience},
		{"JWT_SECRET": testSecret, "JWT_CLIENT_ID": "client", "JWT_SCOPE_PREFIX": "example/"},
	} {
		a := newAuthenticator(t, newClock(), variables)
		require.NoError(t, a.Connect(t.Context()))
		header, err := a.Rehearsal(t.Context())
		require.NoError(t, err)
		p, err := a.Authenticate(t.Context(), header)
		require.NoError(t, err)
		assert.Empty(t, p.Scopes)
	}
}

func TestRehearsalWithoutSecret(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t, newECKey(t, "a"))
	for _, a := range []*credential.Authenticator{
		issuer.authenticator(t, newClock()),
		newAuthenticator(t, newClock(), map[string]string{"API_KEYS": someKey, "API_KEYS_ONLY": "true"}),
		newAuthenticator(t, newClock(), map[string]string{"API_KEYS": someKey, "IDENTITY_HEADER": "x-api-key"}),
	} {
		header, err := a.Rehearsal(t.Context())
		require.NoError(t, err)
		_, err = a.Authenticate(t.Context(), header)
		assert.Error(t, err)
	}
	assert.Zero(t, issuer.fetches.Load())
}
