package localaws

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// SecretName is the secret that serverless.yml refers to, as in every other stage.
const SecretName = Service + "/" + Stage

// Secret has the credentials of the local stage, random for each state folder.
type Secret struct {
	// JWTSecret signs the local stage's HS256 tokens.
	JWTSecret string `json:"jwtSecret"`
	// APIKeys is the value of API_KEYS: the entry of one key, APIKey.
	APIKeys string `json:"apiKeys"`
	// APIKey is that key itself. It never reaches the local AWS.
	APIKey string `json:"apiKey,omitempty"`
}

// ReadSecret returns the secret of a state folder. It makes one on the first call,
// readable by its owner only.
func ReadSecret(state string) (s Secret, err error) {
	file := filepath.Join(state, "secret.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		data, err = writeSecret(file)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("%s is damaged (%w): run `make reset`", file, err)
	}
	return s, nil
}

func writeSecret(file string) ([]byte, error) {
	key, entry, err := NewAPIKey("local", Scopes())
	if err != nil {
		return nil, err
	}
	data, err := json.MarshalIndent(Secret{JWTSecret: randomText(), APIKeys: entry, APIKey: key}, "", "  ")
	if err != nil {
		return nil, err
	}
	return data, errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o600))
}

// Value is what Secrets Manager holds: the keys that serverless.yml names.
func (s Secret) Value() string {
	return fmt.Sprintf(`{"jwtSecret":%q,"apiKeys":%q}`, s.JWTSecret, s.APIKeys)
}

// Token returns a token that the local stage's authorizer accepts.
func (s Secret) Token(subject string, scopes []string, now time.Time, ttl time.Duration) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":   subject,
		"scope": strings.Join(scopes, " "),
		"iat":   now.Unix(),
		"exp":   now.Add(ttl).Unix(),
	}).SignedString([]byte(s.JWTSecret))
}

// NewAPIKey returns a random key and its entry in API_KEYS, for any stage.
func NewAPIKey(name string, scopes []string) (key, entry string, err error) {
	key = randomText()
	entry, err = credential.FormatAPIKey(name, key, scopes)
	return key, entry, err
}

// randomText has 256 bits in letters and digits.
func randomText() string { return rand.Text() + rand.Text() }

// Scopes returns the scopes of the routes.
func Scopes() []string {
	var scopes []string
	for _, route := range auth.Routes() {
		scopes = append(scopes, route.Scope)
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}
