package stagesecret

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/credential"
)

// Value is what a version holds, by name.
type Value map[string]string

const jwtSecretName, apiKeysName = "jwtSecret", "apiKeys"

// Token returns a token that the stage's authorizer accepts.
func (v Value) Token(subject string, scopes []string, now time.Time, ttl time.Duration) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":   subject,
		"scope": strings.Join(scopes, " "),
		"iat":   now.Unix(),
		"exp":   now.Add(ttl).Unix(),
	}).SignedString([]byte(v[jwtSecretName]))
}

// Rotate replaces the secret that signs tokens.
func (v Value) Rotate() { v[jwtSecretName] = randomText() }

// AddAPIKey adds the entry of an API key.
func (v Value) AddAPIKey(entry string) {
	v[apiKeysName] = strings.TrimPrefix(strings.TrimRight(v[apiKeysName], ", \n")+","+entry, ",")
}

// NewAPIKey returns a random key and its entry in the secret of any stage.
func NewAPIKey(name string, scopes []string) (key, entry string, err error) {
	key = randomText()
	entry, err = credential.FormatAPIKey(name, key, scopes)
	return key, entry, err
}

// randomText has 256 bits in letters and digits.
func randomText() string { return rand.Text() + rand.Text() }
