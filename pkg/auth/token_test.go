package auth_test

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
)

// raw makes an HS256 token of a header and claims as they stand, with a good
// signature.
func raw(header, claims string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	mac := hmac.New(sha256.New, []byte(testSecret))
	mac.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func TestTokenMakesAPrincipal(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "JWT_LEEWAY": "5"})
	p, err := a.Authenticate(t.Context(), "Bearer "+signHS256(t, goodClaims(c.Now())))
	require.NoError(t, err)
	assert.Equal(t, "alice", p.Subject)
	assert.Equal(t, auth.KindJWT, p.Kind)
	assert.Equal(t, []string{auth.ScopeRead}, p.Scopes)
	assert.Empty(t, p.UsageKey)
	assert.True(t, p.Expires.Equal(c.Now().Add(time.Minute+5*time.Second)), "the leeway is part of it")
}

func TestTokenScopes(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret})
	both := []string{auth.ScopeRead, auth.ScopeWrite}
	for _, tt := range []struct {
		name   string
		claims jwt.MapClaims
		want   []string
	}{
		{"scope", jwt.MapClaims{"scope": "openid users:write users:read users:read"}, both},
		{"scope as a list", jwt.MapClaims{"scope": []string{"users:write", "users:read"}}, both},
		{"scp as a list", jwt.MapClaims{"scp": []string{"users:read"}}, both[:1]},
		{"scp as text", jwt.MapClaims{"scp": "users:read users:write"}, both},
		{"permissions", jwt.MapClaims{"permissions": []string{"users:read", "users:write"}}, both},
		{"permissions behind a scope of others", jwt.MapClaims{"scope": "openid profile", "permissions": []string{"users:write"}}, both[1:]},
		{"less asked for than permitted", jwt.MapClaims{"scope": "users:read", "permissions": []string{"users:read", "users:write"}}, both[:1]},
		{"none", jwt.MapClaims{}, nil},
		{"empty", jwt.MapClaims{"scope": "", "scp": []string{}, "permissions": nil}, nil},
		{"another case", jwt.MapClaims{"scope": "USERS:READ"}, nil},
		{"a comma", jwt.MapClaims{"scope": "users:read,users:write"}, nil},
		{"a tab", jwt.MapClaims{"scope": "users:read\tusers:write"}, nil},
		{"text in a list is one scope", jwt.MapClaims{"scp": []string{"users:read users:write"}}, nil},
		{"the claim in capitals", jwt.MapClaims{"Scope": "users:write", "SCP": "users:write"}, nil},
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

func TestTokenIsRefusedForAReason(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
	now := c.Now().Unix()
	claims := func(changes jwt.MapClaims) string { return signHS256(t, with(goodClaims(c.Now()), changes)) }
	good := claims(nil)
	_, err := a.Authenticate(t.Context(), "Bearer "+good)
	require.NoError(t, err)
	body := `"iss":"` + testIssuer + `","aud":"` + testAudience + `","sub":"alice"`

	for _, tt := range []struct {
		name, token string
		want        auth.Reason
	}{
		{"expired now", claims(jwt.MapClaims{"exp": now}), auth.Expired},
		{"expired, with a fraction", claims(jwt.MapClaims{"exp": float64(now) - 0.5}), auth.Expired},
		{"expired in 1970", claims(jwt.MapClaims{"exp": 0}), auth.Expired},
		{"not yet valid", claims(jwt.MapClaims{"nbf": now + 1}), auth.NotYetValid},
		{"issued in the future", claims(jwt.MapClaims{"iat": now + 1}), auth.NotYetValid},
		{"no exp", claims(jwt.MapClaims{"exp": nil}), auth.Claims},
		{"exp in capitals", claims(jwt.MapClaims{"exp": nil, "EXP": now + 60}), auth.Claims},
		{"another issuer", claims(jwt.MapClaims{"iss": "https://issuer.example"}), auth.Issuer},
		{"no issuer", claims(jwt.MapClaims{"iss": nil}), auth.Claims},
		{"another audience", claims(jwt.MapClaims{"aud": "https://orders.example"}), auth.Audience},
		{"other audiences", claims(jwt.MapClaims{"aud": []string{"a", "b"}}), auth.Audience},
		{"no audience", claims(jwt.MapClaims{"aud": nil}), auth.Claims},
		{"no subject", claims(jwt.MapClaims{"sub": nil}), auth.Claims},
		{"a line in the subject", claims(jwt.MapClaims{"sub": "alice\nbob"}), auth.Claims},
		{"a subject turned round", claims(jwt.MapClaims{"sub": "alice\u202eecila"}), auth.Claims},
		{"another signature", good[:len(good)-2] + "AA", auth.Signature},
		{"no signature", good[:strings.LastIndex(good, ".")+1], auth.Signature},
		{"alg none", raw(`{"alg":"none"}`, `{}`), auth.Algorithm},
		{"alg of the family", raw(`{"alg":"HS512"}`, `{}`), auth.Algorithm},
		{"no alg", raw(`{"ALG":"HS256"}`, `{}`), auth.Malformed},
		{"crit", raw(`{"alg":"HS256","crit":null}`, `{}`), auth.Header},
		{"a logout token", raw(`{"alg":"HS256","typ":"logout+jwt"}`, `{}`), auth.Header},
		{"a header twice", raw(`{"alg":"HS256","alg":"HS256"}`, `{}`), auth.Malformed},
		{"a claim twice", raw(`{"alg":"HS256"}`, `{`+body+`,"exp":1,"exp":9999999999}`), auth.Malformed},
		{"claims null", raw(`{"alg":"HS256"}`, `null`), auth.Claims},
		{"claims a list", raw(`{"alg":"HS256"}`, `[]`), auth.Malformed},
		{"exp as text", raw(`{"alg":"HS256"}`, `{`+body+`,"exp":"9999999999"}`), auth.Malformed},
		{"exp beyond the year 9999", raw(`{"alg":"HS256"}`, `{`+body+`,"exp":253402300800}`), auth.Malformed},
		{"exp beyond float64", raw(`{"alg":"HS256"}`, `{`+body+`,"exp":1e999}`), auth.Malformed},
		{"exp null", raw(`{"alg":"HS256"}`, `{`+body+`,"exp":null}`), auth.Claims},
		{"claims not UTF-8", raw(`{"alg":"HS256"}`, "{"+body+",\"exp\":9999999999,\"x\":\"\xff\"}"), auth.Malformed},
		{"two parts", strings.TrimSuffix(good, good[strings.LastIndex(good, "."):]), auth.Malformed},
		{"four parts", good + ".x", auth.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := a.Authenticate(t.Context(), "Bearer "+tt.token)
			assert.Zero(t, p)
			assert.Equal(t, apperr.Unauthenticated, apperr.KindOf(err))
			assert.Equal(t, tt.want, auth.ReasonOf(err))
			assert.Equal(t, "Unauthorized: "+string(tt.want), err.Error(), "no part of the token in it")
		})
	}
}

func TestTokenTimes(t *testing.T) {
	t.Parallel()
	for leeway, seconds := range map[string]time.Duration{"0": 0, "30": 30 * time.Second} {
		c := newClock()
		a := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret, "JWT_LEEWAY": leeway})
		begin, end := c.Now().Add(time.Hour), c.Now().Add(2*time.Hour)
		token := "Bearer " + signHS256(t, jwt.MapClaims{"sub": "a", "nbf": begin.Unix(), "iat": begin.Unix(), "exp": end.Unix()})
		for _, tt := range []struct {
			at   time.Time
			want auth.Reason
		}{
			{begin.Add(-seconds - time.Millisecond), auth.NotYetValid},
			{begin.Add(-seconds), ""},
			{end.Add(seconds - time.Millisecond), ""},
			{end.Add(seconds), auth.Expired},
		} {
			c.advance(tt.at.Sub(c.Now()))
			_, err := a.Authenticate(t.Context(), token)
			assert.Equal(t, tt.want, auth.ReasonOf(err), "leeway %s, %s", leeway, tt.at)
		}
	}
}

func TestTypesOfTokens(t *testing.T) {
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

func TestSchemesThatAreNotConfigured(t *testing.T) {
	t.Parallel()
	c := newClock()
	token := signHS256(t, goodClaims(c.Now()))
	tokensOnly := newAuthenticator(t, c, map[string]string{"JWT_SECRET": testSecret})
	_, err := tokensOnly.Authenticate(t.Context(), "ApiKey "+token)
	assert.Equal(t, auth.Scheme, auth.ReasonOf(err))
	keysOnly := newAuthenticator(t, c, map[string]string{"API_KEYS": someKey, "API_KEYS_ONLY": "true", "JWT_SECRET": testSecret})
	_, err = keysOnly.Authenticate(t.Context(), "Bearer "+token)
	assert.Equal(t, auth.Scheme, auth.ReasonOf(err))
	bare := newAuthenticator(t, c, map[string]string{"API_KEYS": someKey, "IDENTITY_HEADER": "X-Api-Key", "JWT_SECRET": testSecret})
	_, err = bare.Authenticate(t.Context(), token)
	assert.Equal(t, auth.APIKey, auth.ReasonOf(err))
}

func TestAPIKeyMakesAPrincipal(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", auth.MinAPIKeyBytes)
	entry, err := auth.FormatAPIKey("billing", key, []string{auth.ScopeRead})
	require.NoError(t, err)
	want := auth.Principal{Subject: "billing", Kind: auth.KindAPIKey, Scopes: []string{auth.ScopeRead}}
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
