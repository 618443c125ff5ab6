package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
)

// awsCall is an HTTP request to an AWS API: a POST of the body, or without a body a GET of the path.
type awsCall struct{ service, target, body, path string }

// must makes the call as the account's root, and returns the answer's body. It must succeed.
func (c awsCall) must(t *testing.T) string {
	t.Helper()
	status, body := c.send(t, cloud.Config())
	require.Equal(t, http.StatusOK, status, body)
	return body
}

// send makes the call with the credentials of a configuration.
func (c awsCall) send(t *testing.T, cfg aws.Config) (status int, body string) {
	t.Helper()
	method := http.MethodPost
	if c.body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, *cfg.BaseEndpoint+"/"+c.path, strings.NewReader(c.body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.target != "" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
		req.Header.Set("X-Amz-Target", c.target)
	}
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(c.body))
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), credentials, req, hex.EncodeToString(sum[:]), c.service, cfg.Region, time.Now()))
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(answer)
}
