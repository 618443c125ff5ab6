package localaws

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/golang-jwt/jwt/v5"
)

// secretName is the secret that serverless.yml refers to, as in every other stage.
const secretName = Service + "/" + Stage

// Secret is what the local stage's authorizer trusts, random for each state folder.
type Secret struct {
	// JWTSecret signs the local stage's HS256 tokens.
	JWTSecret string `json:"jwtSecret"`
	// APIKeys is the value of API_KEYS: the entry of one key, APIKey.
	APIKeys string `json:"apiKeys"`
	// APIKey is that key itself. It never reaches the emulator.
	APIKey string `json:"apiKey,omitempty"`
}

// ReadSecret returns the secret of a state folder. It makes one on the first call,
// readable by its owner only.
func ReadSecret(state string) (Secret, error) {
	file := filepath.Join(state, "secret.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return writeSecret(file)
	}
	if err != nil {
		return Secret{}, err
	}
	var s Secret
	if err := json.Unmarshal(data, &s); err != nil {
		return Secret{}, fmt.Errorf("%s is damaged (%w): remove it, or run `make reset`", file, err)
	}
	return s, nil
}

func writeSecret(file string) (Secret, error) {
	key := NewAPIKey()
	s := Secret{
		JWTSecret: randomText(),
		APIKeys:   APIKeyEntry("local", key, []string{"users:read", "users:write"}),
		APIKey:    key,
	}
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return Secret{}, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return Secret{}, err
	}
	return s, os.WriteFile(file, data, 0o600)
}

// Token returns a token that the local stage's authorizer takes.
func (s Secret) Token(subject string, scopes []string, now time.Time, ttl time.Duration) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":   subject,
		"scope": strings.Join(scopes, " "),
		"iat":   now.Unix(),
		"exp":   now.Add(ttl).Unix(),
	}).SignedString([]byte(s.JWTSecret))
}

// NewAPIKey returns a random key of 256 bits.
func NewAPIKey() string { return randomText() }

// APIKeyEntry is how API_KEYS names a key without holding it.
func APIKeyEntry(name, key string, scopes []string) string {
	sum := sha256.Sum256([]byte(key))
	return name + ":" + hex.EncodeToString(sum[:]) + ":" + strings.Join(scopes, "+")
}

// randomText is 32 random bytes in letters that need no quoting anywhere.
func randomText() string {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// secretString is what Secrets Manager holds: the keys that serverless.yml names.
func (s Secret) secretString() (string, error) {
	s.APIKey = ""
	data, err := json.Marshal(s)
	return string(data), err
}

// putSecret sets a secret's value, whether it exists or not.
func putSecret(ctx context.Context, client *secretsmanager.Client, name, value string) error {
	_, err := client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		_, err = client.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value})
	}
	if err != nil {
		return fmt.Errorf("put secret %s: %w", name, err)
	}
	return nil
}

// getSecret returns a secret's value, empty when there is no such secret.
func getSecret(ctx context.Context, client *secretsmanager.Client, name string) (string, error) {
	out, err := client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &name})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("get secret %s: %w", name, err)
	}
	return aws.ToString(out.SecretString), nil
}
