package amazon

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"users-api/pkg/env"
)

// ErrNotFound reports that a secret has no version with the staging label.
var ErrNotFound = errors.New("not found")

// Secret is a secret in Secrets Manager. It is read by one signed request: the SDK's client would
// make the authorizer's program much larger.
type Secret struct {
	id     string
	config aws.Config
}

// NewSecret returns the secret with an ARN or a name, see Config.
func NewSecret(r *env.Reader, id string) *Secret {
	s := &Secret{id, Config(r, "SECRETS_MANAGER")}
	if s.config.BaseEndpoint == nil {
		s.config.BaseEndpoint = aws.String("https://secretsmanager." + s.config.Region + ".amazonaws.com")
		if strings.HasPrefix(s.config.Region, "cn-") {
			*s.config.BaseEndpoint += ".cn"
		}
	}
	return s
}

// Read returns the text of the version with a staging label, such as AWSCURRENT. Its error is
// ErrNotFound if there is none, and quotes nothing of a secret.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
func (s *Secret) Read(ctx context.Context, label string) (string, error) {
	req, err := s.request(ctx, label)
	if err != nil {
		return "", err
	}
	res, err := s.config.HTTPClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var answer struct { // of AWS's JSON protocol: the secret, or an error
		SecretString, Message string
		Type                  string `json:"__type"`
	}
	err = json.NewDecoder(res.Body).Decode(&answer)
	switch {
	case strings.HasSuffix(answer.Type, "ResourceNotFoundException"):
		return "", fmt.Errorf("%w: %s", ErrNotFound, answer.Message)
	case res.StatusCode != http.StatusOK:
		return "", fmt.Errorf("status %d: %s: %s", res.StatusCode, answer.Type, answer.Message)
	case err != nil:
		return "", fmt.Errorf("decode the answer: %w", err)
	case answer.SecretString == "":
		return "", errors.New("the answer has no SecretString")
	}
	return answer.SecretString, nil
}

func (s *Secret) request(ctx context.Context, label string) (*http.Request, error) {
	body := fmt.Sprintf(`{"SecretId":%q,"VersionStage":%q}`, s.id, label)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *s.config.BaseEndpoint, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	credentials, err := s.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
	err = v4.NewSigner().SignHTTP(ctx, credentials, req, digest, "secretsmanager", s.config.Region, time.Now())
	// An empty list is not sent. It has net/http repeat the request if its connection broke while
	// Lambda had frozen the function.
	req.Header["Idempotency-Key"] = nil
	return req, err
}
