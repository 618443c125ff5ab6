package credential_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// stageSecret plays GetSecretValue of Secrets Manager, or answers as a test tells it to, and has an
// authenticator that reads it.
type stageSecret struct {
	*testing.T
	*clock
	auth   *credential.Authenticator
	server *httptest.Server
	reads  atomic.Int32

	mu       sync.Mutex
	versions []string // the current one last
	answer   http.HandlerFunc
}

const secretARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:StageSecret-a1b2c3"

// The secrets of three rotations.
var (
	secretA = strings.Repeat("a", 32)
	secretB = strings.Repeat("b", 32)
	secretC = strings.Repeat("c", 32)
)

func newStageSecret(t *testing.T, variables map[string]string) *stageSecret {
	t.Helper()
	s := &stageSecret{T: t, clock: newClock()}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	variables = union(union(stageVariables, variables), map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": s.server.URL})
	s.auth = newAuthenticator(t, s.clock, variables)
	return s
}

// stageVariables are those of an authenticator that reads the stage's secret.
var stageVariables = map[string]string{
	"SECRET_ID": secretARN, "AWS_REGION": "eu-central-1",
	"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_SESSION_TOKEN": "session",
}

// started is newStageSecret after a start that has read the secret.
func started(t *testing.T, jwtSecret, apiKeys string) *stageSecret {
	t.Helper()
	s := newStageSecret(t, nil)
	s.put(jwtSecret, apiKeys)
	require.NoError(t, s.auth.Connect(t.Context()))
	s.expectReads(1, "a start takes one call")
	return s
}

func value(jwtSecret, apiKeys string) string {
	return fmt.Sprintf(`{"jwtSecret":%q,"apiKeys":%q,"other":1}`, jwtSecret, apiKeys)
}

// put adds a version, which becomes the current one, as PutSecretValue does.
func (s *stageSecret) put(jwtSecret, apiKeys string) { s.putText(value(jwtSecret, apiKeys)) }

func (s *stageSecret) putText(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, text)
}

func (s *stageSecret) handle(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = h
}

func (s *stageSecret) answerWith(status int, body string) {
	s.handle(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// ServeHTTP answers as the API reference of GetSecretValue says.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (s *stageSecret) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.reads.Add(1)
	s.mu.Lock()
	answer, versions := s.answer, s.versions
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	var request struct{ SecretId, VersionStage string }
	assert.NoError(s, json.NewDecoder(r.Body).Decode(&request))
	assert.Equal(s, secretARN, request.SecretId)
	assert.Equal(s, "secretsmanager.GetSecretValue", r.Header.Get("X-Amz-Target"))
	assert.Equal(s, "application/x-amz-json-1.1", r.Header.Get("Content-Type"))
	assert.Equal(s, "session", r.Header.Get("X-Amz-Security-Token"))
	assert.Regexp(s, `^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/secretsmanager/aws4_request, SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$`,
		r.Header.Get("Authorization"))
	assert.NotContains(s, r.Header, "Idempotency-Key")
	i := len(versions) - 1 - map[string]int{"AWSCURRENT": 0, "AWSPREVIOUS": 1}[request.VersionStage]
	if i < 0 {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS"}`)
		return
	}
	_, _ = fmt.Fprintf(w, `{"ARN":%q,"SecretString":%q,"VersionStages":[%q]}`, secretARN, versions[i], request.VersionStage)
}

func (s *stageSecret) expectReads(want int32, message string) {
	s.Helper()
	assert.Equal(s, want, s.reads.Swap(0), message)
}

// expectToken asserts the reason for which a token by a secret is refused; "" if it is accepted.
func (s *stageSecret) expectToken(secret string, want auth.Reason, message string) {
	s.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, goodClaims(s.Now())).SignedString([]byte(secret))
	require.NoError(s, err)
	s.expect("Bearer "+token, want, message)
}

func (s *stageSecret) expectKey(key string, want auth.Reason, message string) {
	s.Helper()
	s.expect("ApiKey "+key, want, message)
}

func (s *stageSecret) expect(header string, want auth.Reason, message string) {
	s.Helper()
	_, err := s.auth.Authenticate(s.Context(), header)
	assert.Equal(s, want, auth.ReasonOf(err), "%s: %v", message, err)
	if want == auth.ErrKeysUnavailable {
		assert.Equal(s, apperr.Unavailable, apperr.KindOf(err), "it is not the caller's fault")
	}
	for _, secret := range []string{secretA, secretB, secretC, "hunter2"} {
		assert.NotContains(s, fmt.Sprint(err), secret)
	}
}

// apiKeyOf returns an API key and its entry.
func apiKeyOf(t *testing.T, name string) (key, entry string) {
	t.Helper()
	key = name + strings.Repeat("-", credential.MinAPIKeyBytes)
	entry, err := credential.FormatAPIKey(name, key, []auth.Scope{auth.UsersRead})
	require.NoError(t, err)
	return key, entry
}

func TestRotationOfTheSecret(t *testing.T) {
	t.Parallel()
	s := started(t, secretA, "")
	s.expectToken(secretA, "", "the current secret")
	s.expectReads(0, "it is known")

	s.put(secretB, "")
	s.expectToken(secretB, "", "the first token by the new secret")
	s.expectReads(2, "both versions")
	s.expectToken(secretA, "", "a token by the old secret")
	s.expectToken(secretC, auth.ErrSignature, "a token by no secret, too early for another read")
	s.expectReads(0, "both are known")

	s.put(secretC, "")
	s.advance(10 * time.Second)
	s.expectToken(secretC, "", "the next secret")
	s.expectReads(2, "both versions")
	s.expectToken(secretB, "", "a token by the secret before")
	s.expectToken(secretA, auth.ErrSignature, "a token by the one before that")
	s.expectReads(0, "too early for another read")
}

// A function that starts after a rotation reads the previous version at once when it needs it.
func TestTokenByThePreviousSecret(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*stageSecret){
		"after a start":   func(s *stageSecret) { require.NoError(s, s.auth.Connect(s.Context())) },
		"without priming": func(*stageSecret) {},
		"after a start that failed": func(s *stageSecret) {
			s.answerWith(500, "{}")
			require.Error(s, s.auth.Connect(s.Context()))
			s.handle(nil)
			s.advance(10 * time.Second)
		},
		"after a token of B": func(s *stageSecret) { s.expectToken(secretB, "", "the current secret") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStageSecret(t, nil)
			s.put(secretA, "")
			s.put(secretB, "")
			start(s)
			s.expectToken(secretA, "", "a token by the old secret")
			s.expectToken(secretB, "", "a token by the new one")
		})
	}
}

// Before the first rotation there is no previous version. A wrong one that was corrected does no
// harm, but one that cannot be read now keeps what is known.
func TestPreviousVersionCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, previous := range []string{"", "hunter2", `{"jwtSecret":"hunter2","apiKeys":""}`} {
		s := newStageSecret(t, nil)
		if previous != "" {
			s.putText(previous)
		}
		key, entry := apiKeyOf(t, "billing")
		s.put(secretA, entry)
		s.expectToken(secretB, auth.ErrSignature, "a forged token")
		s.expectToken(secretA, "", "the current secret")
		s.expectKey(key, "", "an API key of the current version")
		assert.Empty(t, keyFaults(s.auth))
	}
}

func TestAPIKeysOfTheSecret(t *testing.T) {
	t.Parallel()
	key, entry := apiKeyOf(t, "billing")
	second, secondEntry := apiKeyOf(t, "partner")
	s := started(t, secretA, entry)
	s.expectKey(key, "", "a known key")
	s.expectKey(second, auth.ErrAPIKey, "an unknown key, too early for another read")
	s.expectReads(0, "it was read less than 10 s ago")

	s.put(secretA, entry+","+secondEntry)
	s.advance(10 * time.Second)
	s.expectKey(second, "", "a new key works at once")
	s.expectReads(1, "the current version")
	for range 10 {
		s.expectKey("made-up", auth.ErrAPIKey, "an unknown key")
	}
	s.expectReads(0, "at most once in 10 s")
	s.advance(10 * time.Second)
	s.expectKey("made-up", auth.ErrAPIKey, "an unknown key")
	s.expectReads(1, "time for another read")

	s.put(secretA, secondEntry)
	s.advance(5*time.Minute - time.Second)
	s.expectKey(key, "", "a revoked key, while the secret is fresh")
	s.advance(time.Second)
	s.expectKey(key, auth.ErrAPIKey, "a revoked key, 5 minutes later")
	s.expectKey(second, "", "the other key")
}

// One bad entry takes down neither the other keys nor tokens, and is in the log.
func TestBadEntryIsLeftOut(t *testing.T) {
	t.Parallel()
	key, entry := apiKeyOf(t, "billing")
	s := started(t, secretA, "hunter2:hunter2:users:read,"+entry)
	s.expectKey(key, "", "the good entry")
	s.expectToken(secretA, "", "a token")
	assert.Equal(t, []string{"entry 1: the digest must be the SHA-256 of the key, as 64 hexadecimal digits"}, keyFaults(s.auth))
	assert.Empty(t, keyFaults(s.auth), "it is told once")
}

func TestOutagesOfSecretsManager(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]struct {
		begin func(*stageSecret)
		want  string // in the log
	}{
		"closed connection":   {begin: func(s *stageSecret) { s.handle(closeConnection) }, want: "read AWSCURRENT of the secret: Post "},
		"silent":              {begin: func(s *stageSecret) { s.handle(silent) }, want: "read AWSCURRENT of the secret: Post "},
		"status 500":          {begin: func(s *stageSecret) { s.answerWith(500, `{"__type":"InternalServiceError","Message":"try later"}`) }, want: "status 500: InternalServiceError: try later"},
		"status 503, no JSON": {begin: func(s *stageSecret) { s.answerWith(503, "<html>") }, want: "status 503"},
		"throttled":           {begin: func(s *stageSecret) { s.answerWith(400, `{"__type":"ThrottlingException","message":"Rate exceeded"}`) }, want: "status 400: ThrottlingException: Rate exceeded"},
		"access denied": {begin: func(s *stageSecret) {
			s.answerWith(400, `{"__type":"AccessDeniedException","Message":"User: x is not authorized"}`)
		}, want: "status 400: AccessDeniedException: User: x is not authorized"},
		"no such secret": {begin: func(s *stageSecret) {
			s.answerWith(400, `{"__type":"com.amazonaws#ResourceNotFoundException","Message":"no"}`)
		}, want: "not found: no"},
		"redirect":             {begin: func(s *stageSecret) { s.handle(http.RedirectHandler("/", http.StatusTemporaryRedirect).ServeHTTP) }, want: "status 307"},
		"garbage":              {begin: func(s *stageSecret) { s.answerWith(200, "hunter2") }, want: "decode the answer: invalid character"},
		"half an answer":       {begin: func(s *stageSecret) { s.handle(hangUp) }, want: "decode the answer: unexpected EOF"},
		"no text":              {begin: func(s *stageSecret) { s.answerWith(200, `{"SecretBinary":"aHVudGVyMg=="}`) }, want: "the answer has no SecretString"},
		"not JSON in it":       {begin: func(s *stageSecret) { s.putText("hunter2") }, want: "malformed secret: AWSCURRENT must be a JSON object"},
		"a number in it":       {begin: func(s *stageSecret) { s.putText(`{"jwtSecret":"` + secretA + `","apiKeys":1}`) }, want: "malformed secret: AWSCURRENT must be a JSON object"},
		"no apiKeys in it":     {begin: func(s *stageSecret) { s.putText(`{"jwtSecret":"` + secretA + `"}`) }, want: "malformed secret: AWSCURRENT must be a JSON object with the texts"},
		"no jwtSecret in it":   {begin: func(s *stageSecret) { s.putText(`{"apiKeys":""}`) }, want: "jwtSecret of AWSCURRENT must hold at least 32 random bytes, and holds 0"},
		"a short secret in it": {begin: func(s *stageSecret) { s.put("hunter2", "") }, want: "jwtSecret of AWSCURRENT must hold at least 32 random bytes, and holds 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, entry := apiKeyOf(t, "billing")
			s := started(t, secretA, entry)
			outage.begin(s)
			s.advance(time.Hour)
			s.expectToken(secretA, "", "a known secret serves on")
			s.expectKey(key, "", "a known key serves on")
			assert.Contains(t, strings.Join(keyFaults(s.auth), "; "), outage.want)
			assert.NotContains(t, outage.want, "hunter2")
			s.reads.Store(0)
			s.advance(9 * time.Second)
			s.expectKey("made-up", auth.ErrAPIKey, "an unknown key is refused")
			s.expectReads(0, "too early for another read")

			s = newStageSecret(t, nil)
			outage.begin(s)
			err := s.auth.Connect(t.Context())
			require.ErrorContains(t, err, outage.want)
			s.expectToken(secretA, auth.ErrKeysUnavailable, "nothing was ever read")
			s.expectKey(key, auth.ErrKeysUnavailable, "nothing was ever read")
			assert.LessOrEqual(t, s.reads.Load(), int32(1), "at most once in 10 s")
			header, err := s.auth.Rehearsal(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "ApiKey rehearsal", header)
		})
	}
}

// silent reads the request and does not answer. A server notices that the client has gone only after
// it has read the body.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestSecretsManagerRecovers(t *testing.T) {
	t.Parallel()
	s := newStageSecret(t, nil)
	s.answerWith(500, "{}")
	s.put(secretA, "")
	s.expectToken(secretA, auth.ErrKeysUnavailable, "the outage")
	s.handle(nil)
	s.advance(10 * time.Second)
	s.expectToken(secretA, "", "the next read")
}

// 100 concurrent tokens by a new secret cause one read of each version, and a token by the known
// secret does not wait for them.
func TestOneReadAtATime(t *testing.T) {
	t.Parallel()
	s := started(t, secretA, "")
	s.put(secretB, "")
	arrived, release := make(chan struct{}), make(chan struct{})
	s.handle(func(w http.ResponseWriter, r *http.Request) {
		s.handle(nil)
		close(arrived) // a second read at the same time would panic here
		<-release
		s.reads.Add(-1)
		s.ServeHTTP(w, r)
	})
	var wait sync.WaitGroup
	for range 100 {
		wait.Go(func() { s.expectToken(secretB, "", "the new secret") })
	}
	<-arrived
	s.expectToken(secretA, "", "a known secret, during a read")
	close(release)
	wait.Wait()
	s.expectReads(2, "both versions, once")
}

func TestSecretIsReadForWhatIsAccepted(t *testing.T) {
	t.Parallel()
	key, entry := apiKeyOf(t, "billing")
	issued := newECKey(t, "a")
	issuer := newIssuer(t, issued)
	t.Run("tokens only", func(t *testing.T) {
		t.Parallel()
		s := newStageSecret(t, map[string]string{"TOKENS_ONLY": "true"})
		s.putText(`{"jwtSecret":"` + secretA + `"}`)
		s.expectToken(secretA, "", "a token")
		s.expectKey(key, auth.ErrScheme, "an API key")
	})
	t.Run("API keys only", func(t *testing.T) {
		t.Parallel()
		s := newStageSecret(t, map[string]string{"API_KEYS_ONLY": "true"})
		s.putText(`{"apiKeys":"` + entry + `"}`)
		s.expectKey(key, "", "an API key")
		s.expectToken(secretA, auth.ErrScheme, "a token")
	})
	t.Run("tokens of an issuer", func(t *testing.T) {
		t.Parallel()
		s := newStageSecret(t, map[string]string{"JWKS_URL": issuer.server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience})
		s.put(secretA, entry)
		require.NoError(t, s.auth.Connect(t.Context()))
		s.expectKey(key, "", "an API key")
		s.expectToken(secretA, auth.ErrAlgorithm, "a token by the secret")
		s.expect("Bearer "+issued.sign(t, goodClaims(s.Now())), "", "a token of the issuer")
		s.expectReads(1, "one call")
	})
	t.Run("tokens of an issuer only", func(t *testing.T) {
		t.Parallel()
		s := newStageSecret(t, map[string]string{"JWKS_URL": issuer.server.URL, "JWT_ISSUER": testIssuer, "JWT_AUDIENCE": testAudience, "TOKENS_ONLY": "true"})
		require.NoError(t, s.auth.Connect(t.Context()))
		s.expect("Bearer "+issued.sign(t, goodClaims(s.Now())), "", "a token of the issuer")
		s.expectReads(0, "nothing needs the secret")
	})
	t.Run("values in the environment", func(t *testing.T) {
		t.Parallel()
		s := newStageSecret(t, map[string]string{"JWT_SECRET": secretB})
		require.NoError(t, s.auth.Connect(t.Context()))
		s.expectToken(secretB, "", "the environment's secret")
		s.expectToken(secretA, auth.ErrSignature, "another one")
		s.expectKey(key, auth.ErrScheme, "an API key")
		s.expectReads(0, "the secret is not read")
	})
}

// The rehearsal waits for the secret that is being read, and has a token by it.
func TestRehearsalWithTheStagesSecret(t *testing.T) {
	t.Parallel()
	s := newStageSecret(t, nil)
	s.put(secretA, "")
	arrived := make(chan struct{})
	s.handle(func(w http.ResponseWriter, r *http.Request) {
		s.handle(nil)
		close(arrived)
		s.reads.Add(-1)
		s.ServeHTTP(w, r)
	})
	var wait sync.WaitGroup
	wait.Go(func() { assert.NoError(t, s.auth.Connect(t.Context())) })
	<-arrived
	header, err := s.auth.Rehearsal(t.Context())
	require.NoError(t, err)
	wait.Wait()
	s.expect(header, "", "a good token")
	s.expectReads(1, "one call")
}
