package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
	"users-api/pkg/testing/runtimeapi"
)

// maxBinaryBytes bounds the authorizer's binary: a cold start reads all of it.
const maxBinaryBytes = 7_500_000

// TestBinary tests the deployed binary as Lambda runs it.
func TestBinary(t *testing.T) {
	t.Parallel()
	binary := runtimeapi.Build(t, "functions/authorizer")
	t.Run("size", func(t *testing.T) {
		t.Parallel()
		info, err := os.Stat(binary)
		require.NoError(t, err)
		assert.LessOrEqual(t, info.Size(), int64(maxBinaryBytes))
	})
	t.Run("misconfiguration", func(t *testing.T) { t.Parallel(); testMisconfiguration(t, binary) })
	t.Run("unreadable secret", func(t *testing.T) { t.Parallel(); testUnreadableSecret(t, binary) })
	t.Run("credentials", func(t *testing.T) { t.Parallel(); testCredentials(t, binary) })
}

// Of the AWS SDK only its core is linked, which signs the call that reads the stage's secret.
func TestNoAWSClient(t *testing.T) {
	t.Parallel()
	packages := runtimeapi.Packages(t, "functions/authorizer")
	assert.Contains(t, packages, "users-api/pkg/credential")
	for _, banned := range []string{"aws-sdk-go-v2/service", "aws-sdk-go-v2/config", "users-api/pkg/user/store", "users-api/pkg/user"} {
		assert.NotContains(t, strings.Join(packages, "\n"), banned)
	}
}

// A wrong configuration ends the process with one line that names every fault.
func testMisconfiguration(t *testing.T, binary string) {
	cmd := exec.Command(binary)
	cmd.Env = []string{"SERVICE=example", "STAGE=test",
		"JWT_SECRET=hunter2", "JWT_LEEWAY=1h", "API_KEYS=hunter2:hunter2", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1"}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, 1, cmd.ProcessState.ExitCode())
	assert.Equal(t, 1, strings.Count(string(out), "\n"), "%s", out)
	for _, name := range []string{"JWT_SECRET must hold at least 32", "JWT_LEEWAY must be", "API_KEYS: entry 1: must have the form"} {
		assert.Contains(t, string(out), name)
	}
	assert.NotContains(t, string(out), "hunter2")
}

// deployments are authorizers, one for each way to configure them.
type deployments struct {
	secret        *function // HS256 and API keys, by the stage's secret
	issuer        *function // published keys
	bare          *function // API keys without a scheme
	keys          keys
	decoyURL      string // the URL that attacks point at
	decoyRequests *atomic.Int32
}

func deploy(t *testing.T, binary string) deployments {
	t.Helper()
	d := deployments{keys: newKeys(t), decoyRequests: &atomic.Int32{}}
	set := d.keys.keySet(t)
	decoy := serve(t, func(w http.ResponseWriter) { d.decoyRequests.Add(1); _, _ = w.Write(set) })
	published := serve(t, func(w http.ResponseWriter) { _, _ = w.Write(set) })
	d.decoyURL = decoy.URL
	entry, err := credential.FormatAPIKey("partner", apiKey, []auth.Scope{auth.UsersRead})
	require.NoError(t, err)
	entry += "@" + usageKey
	d.secret = start(t, binary, stageSecret(t, func(w http.ResponseWriter) {
		value, _ := json.Marshal(map[string]string{"jwtSecret": secret, "apiKeys": entry})
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": string(value)})
	}))
	d.issuer = start(t, binary, map[string]string{"JWKS_URL": published.URL, "JWT_ISSUER": issuer, "JWT_AUDIENCE": audience})
	d.bare = start(t, binary, map[string]string{"IDENTITY_HEADER": "x-api-key", "API_KEYS": entry, "JWT_SECRET": secret})
	return d
}

func serve(t *testing.T, answer func(http.ResponseWriter)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
	t.Cleanup(s.Close)
	return s
}

// stageSecret returns the variables of an authorizer that reads the stage's secret where answer plays
// Secrets Manager.
func stageSecret(t *testing.T, answer func(http.ResponseWriter)) map[string]string {
	t.Helper()
	return map[string]string{
		"SECRET_ID": "StageSecret", "JWT_ISSUER": issuer, "JWT_AUDIENCE": audience, "AWS_ENDPOINT_URL": serve(t, answer).URL,
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
	}
}

// A secret that cannot be read is an error of the service, and its log line says why.
func testUnreadableSecret(t *testing.T, binary string) {
	f := start(t, binary, stageSecret(t, func(w http.ResponseWriter) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","Message":"is not authorized to perform: secretsmanager:GetSecretValue"}`))
	}))
	for _, header := range []string{"Bearer " + hs256(goodHeader, claims()), "ApiKey " + apiKey} {
		o := f.invoke(t, header)
		assert.Equal(t, "Service unavailable, try again", o.errorText, "API Gateway answers 503 to any text but Unauthorized")
		var line map[string]any
		require.NoError(t, f.log.Line(t.Context(), f.Invocation(), &line))
		assert.Equal(t, "ERROR", line["level"])
		assert.EqualValues(t, 1, line["Errors"])
		assert.Contains(t, line["error"], "keys_unavailable: read AWSCURRENT of the secret: status 400: AccessDeniedException: is not authorized to perform: secretsmanager:GetSecretValue")
	}
	assert.Equal(t, 1, strings.Count(f.log.Text(), `"KeysUnavailable":1`), "counted once for each read")
}

func testCredentials(t *testing.T, binary string) {
	d := deploy(t, binary)
	accepted := sendGoodCredentials(t, d)
	sent := sendAttacks(t, d)
	accepted = append(accepted, sendGoodCredentials(t, d)...) // the attacks did no harm
	for _, f := range []*function{d.secret, d.issuer, d.bare} {
		assertNoCredentials(t, f.log.Text(), append(sent, accepted...))
	}
	assert.Zero(t, d.decoyRequests.Load(), "the authorizer must not fetch a URL from a token")
}

// assertNoCredentials asserts that a log holds no credential, and no part of one that is long
// enough to be a credential.
func assertNoCredentials(t *testing.T, log string, credentials []string) {
	t.Helper()
	for _, hidden := range []string{secret, apiKey, usageKey, b64(secret)} {
		assert.NotContains(t, log, hidden)
	}
	for _, c := range credentials {
		for _, part := range strings.FieldsFunc(c, func(r rune) bool { return strings.ContainsRune(" ,.:;\t\r\n", r) }) {
			if len(part) >= 12 && strings.Contains(log, part) {
				t.Errorf("the log holds %q, a part of a credential", part)
			}
		}
	}
}
