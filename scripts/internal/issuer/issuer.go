// Package issuer is an issuer of tokens on this machine, for stage local: what Auth0 or Amazon
// Cognito are for a deployed stage. It has keys, publishes them, and signs tokens.
package issuer

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

// Path is where `make dev` serves the public keys.
const Path = "/_issuer/jwks.json"

// Issuer signs tokens.
type Issuer struct {
	// Name is the iss of the tokens, KeysURL the address of the public keys.
	Name, KeysURL string
	keys          jose.JSONWebKeySet
}

// Open returns the issuer with the keys in a state folder, which it makes if there are none. The
// public keys are served at an address, such as http://127.0.0.1:3000.
func Open(state, address string) (*Issuer, error) {
	i := &Issuer{Name: address + "/_issuer", KeysURL: address + Path}
	file := filepath.Join(state, "issuer.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		data, _ = json.Marshal(newKeys()) // which are known to encode
		err = os.WriteFile(file, data, 0o600)
	}
	if err == nil {
		err = json.Unmarshal(data, &i.keys)
	}
	if err != nil {
		return nil, fmt.Errorf("keys of the local issuer: %w", err)
	}
	return i, nil
}

// newKeys returns a key for each algorithm, which is also its id.
func newKeys() (set jose.JSONWebKeySet) {
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048) // crypto/rand returns no error
	ecKey, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	for algorithm, key := range map[string]crypto.Signer{"RS256": rsaKey, "ES256": ecKey, "EdDSA": edKey} {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key, KeyID: algorithm, Algorithm: algorithm, Use: "sig"})
	}
	return set
}

// ServeHTTP serves the public keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var published jose.JSONWebKeySet
	for _, key := range i.keys.Keys {
		published.Keys = append(published.Keys, key.Public())
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(published) // the client may have gone
}

func (i *Issuer) sign(algorithm string, claims jwt.Claims) (string, error) {
	keys := i.keys.Key(algorithm)
	if len(keys) == 0 {
		return "", fmt.Errorf("ALG=%s: the local issuer signs with RS256, ES256 and EdDSA", algorithm)
	}
	token := jwt.NewWithClaims(jwt.GetSigningMethod(algorithm), claims)
	token.Header["kid"] = keys[0].KeyID
	return token.SignedString(keys[0].Key)
}
