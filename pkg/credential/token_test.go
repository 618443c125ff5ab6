package credential_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// raw returns an HS256 token with a valid signature for JSON that need not be valid.
func raw(header, claims string) string {
	input := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestTokenPrincipal(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "JWT_LEEWAY": "5"})
	p, err := a.Authenticate(t.Context(), "Bearer "+signHS256(t, goodClaims(c.Now())))
	require.NoError(t, err)
	assert.Equal(t, "alice", p.Subject)
	assert.Equal(t, auth.KindJWT, p.Kind)
	assert.Equal(t, []auth.Scope{auth.UsersRead}, p.Scopes)
	assert.Empty(t, p.UsageKey)
	assert.True(t, p.Expires.Equal(c.Now().Add(time.Minute+5*time.Second)), "the leeway must be added")
}

func TestTokenScopes(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret})
	both := []auth.Scope{auth.UsersRead, auth.UsersWrite}
	for _, tt := range []struct {
		name   string
		claims jwt.MapClaims
		want   []auth.Scope
	}{
		{name: "scope", claims: jwt.MapClaims{"scope": "openid users:write users:read users:read"}, want: both},
		{name: "array as scope", claims: jwt.MapClaims{"scope": []auth.Scope{"users:write", "users:read"}}, want: both},
		{name: "array as scp", claims: jwt.MapClaims{"scp": []auth.Scope{"users:read"}}, want: both[:1]},
		{name: "string as scp", claims: jwt.MapClaims{"scp": "users:read users:write"}, want: both},
		{name: "permissions", claims: jwt.MapClaims{"permissions": []auth.Scope{"users:read", "users:write"}}, want: both},
		{name: "permissions after foreign scopes", claims: jwt.MapClaims{"scope": "openid profile", "permissions": []auth.Scope{"users:write"}}, want: both[1:]},
		{name: "fewer scopes than permissions", claims: jwt.MapClaims{"scope": "users:read", "permissions": []auth.Scope{"users:read", "users:write"}},
			want: both[:1]},
		{name: "no scopes", claims: jwt.MapClaims{}},
		{name: "empty scopes", claims: jwt.MapClaims{"scope": "", "scp": []string{}, "permissions": nil}},
		{name: "scope in another case", claims: jwt.MapClaims{"scope": "USERS:READ"}},
		{name: "scopes with a comma", claims: jwt.MapClaims{"scope": "users:read,users:write"}},
		{name: "scopes with a tab", claims: jwt.MapClaims{"scope": "users:read\tusers:write"}},
		{name: "array of a string with two scopes", claims: jwt.MapClaims{"scp": []auth.Scope{"users:read users:write"}}},
		{name: "claims in another case", claims: jwt.MapClaims{"Scope": "users:write", "SCP": "users:write"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.claims["sub"], tt.claims["exp"] = "alice", c.Now().Add(time.Minute).Unix()
			p, err := a.Authenticate(t.Context(), "Bearer "+signHS256(t, tt.claims))
			require.NoError(t, err)
			assert.Equal(t, tt.want, p.Scopes)
		})
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
	now := c.Now().Unix()
	claims := func(changes jwt.MapClaims) string { return signHS256(t, changeClaims(goodClaims(c.Now()), changes)) }
	good := claims(nil)
	_, err := a.Authenticate(t.Context(), "Bearer "+good)
	require.NoError(t, err)
	body := `"iss":"` + testIssuer + `","aud":"` + testAudience + `","sub":"alice"`

	for _, tt := range []struct {
		name, token string
		want        auth.Reason
	}{
		{name: "expired now", token: claims(jwt.MapClaims{"exp": now}), want: auth.ErrExpired},
		{name: "expired, with a fraction", token: claims(jwt.MapClaims{"exp": float64(now) - 0.5}), want: auth.ErrExpired},
		{name: "expired in 1970", token: claims(jwt.MapClaims{"exp": 0}), want: auth.ErrExpired},
		{name: "not yet valid", token: claims(jwt.MapClaims{"nbf": now + 1}), want: auth.ErrNotYetValid},
		{name: "issued in the future", token: claims(jwt.MapClaims{"iat": now + 1}), want: auth.ErrNotYetValid},
		{name: "no exp", token: claims(jwt.MapClaims{"exp": nil}), want: auth.ErrClaims},
		{name: "exp in upper case", token: claims(jwt.MapClaims{"exp": nil, "EXP": now + 60}), want: auth.ErrClaims},
		{name: "wrong issuer", token: claims(jwt.MapClaims{"iss": "https://issuer.example"}), want: auth.ErrIssuer},
		{name: "no issuer", token: claims(jwt.MapClaims{"iss": nil}), want: auth.ErrClaims},
		{name: "wrong audience", token: claims(jwt.MapClaims{"aud": "https://orders.example"}), want: auth.ErrAudience},
		{name: "wrong audiences", token: claims(jwt.MapClaims{"aud": []string{"a", "b"}}), want: auth.ErrAudience},
		{name: "no audience", token: claims(jwt.MapClaims{"aud": nil}), want: auth.ErrClaims},
		{name: "no subject", token: claims(jwt.MapClaims{"sub": nil}), want: auth.ErrClaims},
		{name: "subject with a line feed", token: claims(jwt.MapClaims{"sub": "alice\nbob"}), want: auth.ErrClaims},
		{name: "subject with right-to-left override", token: claims(jwt.MapClaims{"sub": "alice\u202eecila"}), want: auth.ErrClaims},
		{name: "wrong signature", token: good[:len(good)-2] + "AA", want: auth.ErrSignature},
		{name: "no signature", token: good[:strings.LastIndex(good, ".")+1], want: auth.ErrSignature},
		{name: "alg none", token: raw(`{"alg":"none"}`, `{}`), want: auth.ErrAlgorithm},
		{name: "alg HS512", token: raw(`{"alg":"HS512"}`, `{}`), want: auth.ErrAlgorithm},
		{name: "no alg", token: raw(`{"ALG":"HS256"}`, `{}`), want: auth.ErrMalformed},
		{name: "crit", token: raw(`{"alg":"HS256","crit":null}`, `{}`), want: auth.ErrHeader},
		{name: "logout token", token: raw(`{"alg":"HS256","typ":"logout+jwt"}`, `{}`), want: auth.ErrHeader},
		{name: "duplicate header member", token: raw(`{"alg":"HS256","alg":"HS256"}`, `{}`), want: auth.ErrMalformed},
		{name: "duplicate claim", token: raw(`{"alg":"HS256"}`, `{`+body+`,"exp":1,"exp":9999999999}`), want: auth.ErrMalformed},
		{name: "null as claims", token: raw(`{"alg":"HS256"}`, `null`), want: auth.ErrClaims},
		{name: "array as claims", token: raw(`{"alg":"HS256"}`, `[]`), want: auth.ErrMalformed},
		{name: "string as exp", token: raw(`{"alg":"HS256"}`, `{`+body+`,"exp":"9999999999"}`), want: auth.ErrMalformed},
		{name: "exp beyond the year 9999", token: raw(`{"alg":"HS256"}`, `{`+body+`,"exp":253402300800}`), want: auth.ErrMalformed},
		{name: "exp beyond float64", token: raw(`{"alg":"HS256"}`, `{`+body+`,"exp":1e999}`), want: auth.ErrMalformed},
		{name: "null as exp", token: raw(`{"alg":"HS256"}`, `{`+body+`,"exp":null}`), want: auth.ErrClaims},
		{name: "claims not in UTF-8", token: raw(`{"alg":"HS256"}`, "{"+body+",\"exp\":9999999999,\"x\":\"\xff\"}"), want: auth.ErrMalformed},
		{name: "two parts", token: strings.TrimSuffix(good, good[strings.LastIndex(good, "."):]), want: auth.ErrMalformed},
		{name: "four parts", token: good + ".x", want: auth.ErrMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := a.Authenticate(t.Context(), "Bearer "+tt.token)
			assert.Zero(t, p)
			assert.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
			assert.Equal(t, tt.want, auth.ReasonOf(err))
			assert.Equal(t, "Unauthorized: "+string(tt.want), err.Error(), "the error must hold no part of the token")
		})
	}
}

// Amazon Cognito's access tokens have client_id in place of aud, and scopes with a prefix.
func TestCognitoTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_CLIENT_ID": "4example23456789", "JWT_SCOPE_PREFIX": "example/"})
	for _, tt := range []struct {
		name    string
		changes jwt.MapClaims
		want    auth.Reason
		scopes  []auth.Scope
	}{
		{name: "access token", scopes: []auth.Scope{auth.UsersRead}},
		{name: "scopes without prefix", changes: jwt.MapClaims{"scope": "users:read users:write"}},
		{name: "ID token", changes: jwt.MapClaims{"token_use": "id"}, want: auth.ErrClaims},
		{name: "another client", changes: jwt.MapClaims{"client_id": "5example"}, want: auth.ErrAudience},
		{name: "no client", changes: jwt.MapClaims{"client_id": nil}, want: auth.ErrAudience},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			claims := changeClaims(jwt.MapClaims{
				"sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "client_id": "4example23456789", "token_use": "access", "version": 2,
				"scope": "example/users:read openid", "exp": c.Now().Add(time.Minute).Unix(),
			}, tt.changes)
			p, err := a.Authenticate(t.Context(), "Bearer "+signHS256(t, claims))
			require.Equal(t, tt.want, auth.ReasonOf(err))
			assert.Equal(t, tt.scopes, p.Scopes)
		})
	}
}

func TestHeaderThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(t, newClock(), map[string]string{"JWT_SECRET": testSecret})
	_, err := a.Authenticate(t.Context(), "Bearer "+raw("{\"alg\":\"HS256\",\"x\":\"\xff\"}", `{"sub":"a","exp":9999999999}`))
	assert.Equal(t, auth.ErrMalformed, auth.ReasonOf(err))
}

func TestTokenTimes(t *testing.T) {
	t.Parallel()
	for variable, leeway := range map[string]time.Duration{"0": 0, "30": 30 * time.Second} {
		c := newClock()
		a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_LEEWAY": variable})
		begin, end := c.Now().Add(time.Hour), c.Now().Add(2*time.Hour)
		token := "Bearer " + signHS256(t, jwt.MapClaims{"sub": "a", "nbf": begin.Unix(), "iat": begin.Unix(), "exp": end.Unix()})
		for _, tt := range []struct {
			now  time.Time
			want auth.Reason
		}{
			{now: begin.Add(-leeway - time.Millisecond), want: auth.ErrNotYetValid},
			{now: begin.Add(-leeway)},
			{now: end.Add(leeway - time.Millisecond)},
			{now: end.Add(leeway), want: auth.ErrExpired},
		} {
			c.advance(tt.now.Sub(c.Now()))
			_, err := a.Authenticate(t.Context(), token)
			assert.Equal(t, tt.want, auth.ReasonOf(err), "leeway %s, %s", leeway, tt.now)
		}
	}
}

func TestTokenTypes(t *testing.T) {
	t.Parallel()
	a := newAuthenticator(t, newClock(), map[string]string{"JWT_SECRET": testSecret})
	for typ, good := range map[string]bool{
		`"JWT"`: true, `"jwt"`: true, `"at+jwt"`: true, `"application/at+JWT"`: true, `""`: true,
		`"dpop+jwt"`: false, `"JOSE"`: false, `"secevent+jwt"`: false, `"JWT "`: false, `5`: false,
	} {
		_, err := a.Authenticate(t.Context(), "Bearer "+raw(`{"alg":"HS256","typ":`+typ+`}`, `{"sub":"a","exp":9999999999}`))
		assert.Equal(t, good, err == nil, typ)
	}
}

func TestUnconfiguredSchemes(t *testing.T) {
	t.Parallel()
	c := newClock()
	token := signHS256(t, goodClaims(c.Now()))
	tokensOnly := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret})
	_, err := tokensOnly.Authenticate(t.Context(), "ApiKey "+token)
	assert.Equal(t, auth.ErrScheme, auth.ReasonOf(err))
	keysOnly := newAuthenticator(t, c, map[string]string{"API_KEYS": someKey, "API_KEYS_ONLY": "true", "JWT_SECRET": testSecret})
	_, err = keysOnly.Authenticate(t.Context(), "Bearer "+token)
	assert.Equal(t, auth.ErrScheme, auth.ReasonOf(err))
	bare := newAuthenticator(t, c, map[string]string{"API_KEYS": someKey, "IDENTITY_HEADER": "X-Api-Key", "JWT_SECRET": testSecret})
	_, err = bare.Authenticate(t.Context(), token)
	assert.Equal(t, auth.ErrAPIKey, auth.ReasonOf(err))
}

func TestAPIKeyPrincipal(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", credential.MinAPIKeyBytes)
	entry, err := credential.FormatAPIKey("billing", key, []auth.Scope{auth.UsersRead})
	require.NoError(t, err)
	want := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []auth.Scope{auth.UsersRead}}
	for header, variables := range map[string]map[string]string{
		"ApiKey " + key: {"API_KEYS": entry, "JWT_SECRET": testSecret},
		"apikey " + key: {"API_KEYS": entry, "API_KEYS_ONLY": "true"},
		key:             {"API_KEYS": entry, "IDENTITY_HEADER": "x-api-key"},
	} {
		p, err := newAuthenticator(t, newClock(), variables).Authenticate(t.Context(), header)
		require.NoError(t, err)
		assert.Equal(t, want, p)
	}
}
