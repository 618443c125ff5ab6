package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
)

// AWSCall is an HTTP request to an AWS API: a POST of the body, or without a body a GET of the path.
type AWSCall struct{ Service, Target, Body, Path string }

// Must makes the call with the credentials of a configuration, and returns the answer's body. It
// must succeed.
func (c AWSCall) Must(t testing.TB, cfg aws.Config) string {
	t.Helper()
	a := c.Send(t, cfg)
	require.Equal(t, http.StatusOK, a.Status, a.Body)
	return a.Body
}

// Send makes the call with the credentials of a configuration.
func (c AWSCall) Send(t testing.TB, cfg aws.Config) Answer {
	t.Helper()
	method := http.MethodPost
	if c.Body == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(t.Context(), method, *cfg.BaseEndpoint+"/"+c.Path, strings.NewReader(c.Body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if c.Target != "" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
		req.Header.Set("X-Amz-Target", c.Target)
	}
	signer, err := cfg.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(c.Body))
	require.NoError(t, v4.NewSigner().SignHTTP(t.Context(), signer, req, hex.EncodeToString(sum[:]), c.Service, cfg.Region, time.Now()))
	return do(t, req)
}
