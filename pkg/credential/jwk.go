package credential

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/auth"
)

// The bounds of RSA keys. RFC 7518, section 3.3, requires 2048 bits; the upper bound is go-jose's
// own and keeps a verification from taking seconds.
const (
	minRSABits     = 2048
	maxRSABits     = 4096
	minRSAExponent = 65537 // smaller exponents have a history of attacks
)

// publicKey is a key of the issuer with the algorithms that it may be used for.
type publicKey struct {
	id         string
	algorithms []string
	key        jwt.VerificationKey
}

// keySet is a JSON Web Key Set (RFC 7517) without the keys that cannot be used.
type keySet []publicKey

// match returns the keys that may have signed a token. The token's kid names the key; a token
// without kid is accepted if exactly one key serves its algorithm. Several keys with the same kid
// are all tried. The error is auth.ErrUnknownKey, or auth.ErrAlgorithm if the key serves others.
func (s keySet) match(h joseHeader) ([]jwt.VerificationKey, error) {
	var found []jwt.VerificationKey
	reason := auth.ErrUnknownKey
	for _, k := range s {
		if h.KeyID != "" && h.KeyID != k.id {
			continue
		}
		if !slices.Contains(k.algorithms, h.Algorithm) {
			reason = auth.ErrAlgorithm
			continue
		}
		found = append(found, k.key)
	}
	switch {
	case h.KeyID == "" && len(found) != 1:
		return nil, auth.ErrUnknownKey
	case len(found) == 0:
		return nil, reason
	}
	return found, nil
}

// parseKeySet reads a key set. Keys that cannot be used are left out (RFC 7517, section 5): other
// types and curves, symmetric and private keys, RSA keys out of bounds, keys for encryption. A set
// without a usable key is an error that says what is wrong with its first key.
func parseKeySet(data []byte) (keySet, error) {
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, errors.New("the key set is not a JSON object with an array of keys")
	}
	var set keySet
	var fault error
	for _, raw := range document.Keys {
		switch key, err := parseKey(raw); {
		case err == nil:
			set = append(set, key)
		case fault == nil:
			fault = err
		}
	}
	if len(set) == 0 {
		return nil, fmt.Errorf("none of %d keys in the set can be used: %w", len(document.Keys), fault)
	}
	return set, nil
}

func parseKey(raw json.RawMessage) (publicKey, error) {
	var key jose.JSONWebKey
	var operations struct {
		List []string `json:"key_ops"`
	}
	if err := errors.Join(json.Unmarshal(raw, &operations), json.Unmarshal(raw, &key)); err != nil {
		return publicKey{}, errors.New("a key is not a public JSON Web Key of a known type and curve")
	}
	if key.Use != "" && key.Use != "sig" || operations.List != nil && !slices.Contains(operations.List, "verify") {
		return publicKey{}, errors.New("a key is not meant for signatures (use, key_ops)")
	}
	algorithms, err := algorithmsOf(key.Key)
	if err != nil {
		return publicKey{}, err
	}
	if key.Algorithm != "" {
		if !slices.Contains(algorithms, key.Algorithm) {
			return publicKey{}, errors.New("a key's alg is not one of its type's")
		}
		algorithms = []string{key.Algorithm}
	}
	return publicKey{id: key.KeyID, algorithms: algorithms, key: key.Key}, nil
}

// algorithmsOf binds a key to the algorithms of its type and curve (RFC 8725, section 3.1).
// golang-jwt does not check an ECDSA key's curve.
func algorithmsOf(key any) ([]string, error) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits || k.E < minRSAExponent || k.E%2 == 0 {
			return nil, fmt.Errorf("an RSA key must have %d to %d bits and an odd exponent from %d", minRSABits, maxRSABits, minRSAExponent)
		}
		return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}, nil
	case *ecdsa.PublicKey:
		return []string{map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[k.Curve.Params().BitSize]}, nil
	case ed25519.PublicKey:
		return []string{"EdDSA"}, nil
	}
	return nil, errors.New("a key is symmetric or private, and must not be published")
}
