package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/boot"
	"users-api/pkg/credential"
	"users-api/pkg/logline"
	"users-api/pkg/testing/linetest"
)

// authenticate stands in for package credential.
type authenticate func(header string) (auth.Principal, error)

func (f authenticate) Authenticate(_ context.Context, header string) (auth.Principal, error) {
	return f(header)
}

// invocation is the result of an event: the decision or the error text, and the log line, decoded
// and as text.
type invocation struct {
	decision credential.Decision
	err      string
	log      map[string]any
	text     string
}

// invoke sends an event in testdata through the edge to the handler.
func invoke(t *testing.T, file string, a authenticator) invocation {
	t.Helper()
	event, err := os.ReadFile("testdata/" + file)
	require.NoError(t, err)
	var log bytes.Buffer
	edge := boot.New(boot.Config{Config: logline.Config{Service: "example", Stage: "test", Function: "authorizer"}}, &log, time.Now)
	out, err := boot.WrapFunc(edge, newHandler(a)).Invoke(t.Context(), event)
	got := invocation{text: log.String()}
	if err != nil {
		got.err = err.Error()
	} else {
		require.NoError(t, json.Unmarshal(out, &got.decision))
	}
	require.Equal(t, 1, strings.Count(got.text, "\n"), "one line: %s", got.text)
	require.NoError(t, json.Unmarshal(log.Bytes(), &got.log))
	linetest.Check(t, log.Bytes())
	return got
}

func (authenticate) KeyFaults() ([]string, bool) { return nil, false }

func principal(scopes ...auth.Scope) authenticate {
	return func(string) (auth.Principal, error) {
		return auth.Principal{Subject: "alice", Kind: auth.KindJWT, Scopes: scopes, UsageKey: "usage-key-of-the-partner"}, nil
	}
}

func TestGoodCredential(t *testing.T) {
	t.Parallel()
	for file, stage := range map[string]string{
		"bearer.json":   "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod",
		"api-key.json":  "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod",
		"bare-key.json": "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod",
	} {
		got := invoke(t, file, principal(auth.UsersRead))
		require.Empty(t, got.err)
		assert.Equal(t, "jwt:alice", got.decision.PrincipalID)
		want := auth.Principal{Subject: "alice", Scopes: []auth.Scope{auth.UsersRead}, Kind: auth.KindJWT}
		policy, err := credential.Decide(want, stage+"/GET/users")
		require.NoError(t, err)
		assert.Equal(t, policy.PolicyDocument, got.decision.PolicyDocument)
		assert.Equal(t, want.Context(), got.decision.Context)
		assert.Equal(t, "usage-key-of-the-partner", got.decision.UsageIdentifierKey)

		assert.Equal(t, "INFO", got.log["level"])
		assert.Equal(t, "jwt:alice", got.log["principal"])
		assert.Equal(t, "users:read", got.log["scope"])
		assert.EqualValues(t, 1, got.log["Allowed"])
		assert.NotContains(t, got.log, "Denied")
		assert.NotContains(t, got.text, "usage-key-of-the-partner")
	}
}

func TestCredentialWithoutScope(t *testing.T) {
	t.Parallel()
	got := invoke(t, "bearer.json", principal())
	require.Empty(t, got.err, "API Gateway answers 403, not 401")
	require.Len(t, got.decision.PolicyDocument.Statement, 1)
	assert.Equal(t, "Deny", got.decision.PolicyDocument.Statement[0].Effect)
	assert.EqualValues(t, 1, got.log["Denied"])
	assert.Equal(t, "no_scope", got.log["reason"])
	assert.NotContains(t, got.log, "Allowed")
}

func TestBadCredential(t *testing.T) {
	t.Parallel()
	for _, reason := range []auth.Reason{auth.ErrExpired, auth.ErrSignature, auth.ErrUnknownKey} {
		got := invoke(t, "bearer.json", authenticate(func(header string) (auth.Principal, error) {
			assert.True(t, strings.HasPrefix(header, "Bearer eyJ"))
			return auth.Principal{}, apperr.Wrap(apperr.Unauthenticated, "Unauthorized", reason)
		}))
		assert.Equal(t, "Unauthorized", got.err, "API Gateway answers 503 to any other text")
		assert.Equal(t, "INFO", got.log["level"])
		assert.Equal(t, "Unauthorized: "+string(reason), got.log["error"])
		assert.EqualValues(t, 1, got.log["Denied"])
		assert.Equal(t, string(reason), got.log["reason"])
		assert.NotContains(t, got.log, "Allowed")
		assert.NotContains(t, got.text, "eyJ")
	}
}

// An issuer that does not answer is no reason for an app to log its user out.
func TestKeysUnavailable(t *testing.T) {
	t.Parallel()
	got := invoke(t, "bearer.json", authenticate(func(string) (auth.Principal, error) {
		return auth.Principal{}, apperr.Wrap(apperr.Unavailable, "Service unavailable, try again", auth.ErrKeysUnavailable)
	}))
	assert.NotEqual(t, "Unauthorized", got.err, "API Gateway answers 401 to this text")
	assert.Equal(t, "ERROR", got.log["level"])
	assert.EqualValues(t, 1, got.log["Errors"])
	assert.NotContains(t, got.log, "Denied")
}

// withFaults stands in for package credential after a fetch that dropped keys, or that failed.
type withFaults struct {
	authenticate
	keys        []string
	unavailable bool
}

func (w *withFaults) KeyFaults() ([]string, bool) {
	keys, unavailable := w.keys, w.unavailable
	w.keys, w.unavailable = nil, false
	return keys, unavailable
}

func TestKeyFaultsAreLoggedOnce(t *testing.T) {
	t.Parallel()
	a := &withFaults{authenticate: principal(auth.UsersRead), keys: []string{`kid "a": is private`, `kid "b": is symmetric`}}
	_, _ = newHandler(a)(logline.Silence(t.Context()), events.APIGatewayCustomAuthorizerRequest{Type: "TOKEN"}) // as the rehearsal, without a line
	got := invoke(t, "bearer.json", a)
	assert.Equal(t, `kid "a": is private; kid "b": is symmetric`, got.log["keyFaults"])
	assert.NotContains(t, got.log, "KeysUnavailable")
	assert.NotContains(t, invoke(t, "bearer.json", a).log, "keyFaults", "once for each fetch")
}

// An operator must know of an outage before a new key is refused.
func TestFailedFetchIsCountedWhileKnownKeysWork(t *testing.T) {
	t.Parallel()
	a := &withFaults{authenticate: principal(auth.UsersRead), keys: []string{"GET https://issuer.example/keys: status 503"}, unavailable: true}
	got := invoke(t, "bearer.json", a)
	assert.Empty(t, got.err)
	assert.EqualValues(t, 1, got.log["KeysUnavailable"])
	assert.Equal(t, "GET https://issuer.example/keys: status 503", got.log["keyFaults"])
	assert.NotContains(t, invoke(t, "bearer.json", a).log, "KeysUnavailable", "once for each fetch")
}

func TestInternalError(t *testing.T) {
	t.Parallel()
	boom := authenticate(func(string) (auth.Principal, error) { return auth.Principal{}, errors.New("boom") })
	got := invoke(t, "bearer.json", boom)
	assert.Equal(t, "Internal server error", got.err)
	assert.Equal(t, "ERROR", got.log["level"])
	assert.NotContains(t, got.log, "Denied", "an internal error is not a denial")
	got = invoke(t, "bearer.json", authenticate(func(string) (auth.Principal, error) { panic("boom") }))
	assert.Equal(t, "Internal server error", got.err)
	assert.Contains(t, got.log["error"], "boom")
}

func TestRequestAuthorizer(t *testing.T) {
	t.Parallel()
	got := invoke(t, "request.json", principal(auth.UsersRead))
	assert.Equal(t, "Internal server error", got.err)
	assert.Equal(t, "ERROR", got.log["level"])
	assert.Contains(t, got.log["error"], "set the authorizer up as a TOKEN authorizer")
	assert.NotContains(t, got.log, "Allowed")
}

func TestBadMethodARN(t *testing.T) {
	t.Parallel()
	got := invoke(t, "other-arn.json", principal(auth.UsersRead))
	assert.Equal(t, "Internal server error", got.err)
	assert.Equal(t, "ERROR", got.log["level"])
	assert.Contains(t, got.log["error"], "call the authorizer as API Gateway does")
	assert.NotContains(t, got.log, "Allowed")
}
