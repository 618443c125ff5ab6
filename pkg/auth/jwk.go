package auth

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
)

// The bounds of RSA keys. RFC 7518, section 3.3, asks for 2048 bits; the upper
// one keeps a key from costing seconds, and is go-jose's own.
const (
	minRSABits     = 2048
	maxRSABits     = 4096
	minRSAExponent = 65537 // smaller ones are no gain and have a history
)

// publicKey is a key of the issuer with the algorithms that it serves.
type publicKey struct {
	id         string
	algorithms []string
	key        jwt.VerificationKey
}

// keySet is a JSON Web Key Set (RFC 7517), less the keys that are of no use.
type keySet []publicKey

// match finds the keys for a token. Its kid names one; a token without it is
// taken where only one key serves its algorithm. Several keys with one kid are
// all tried. The error is a Reason: UnknownKey, or Algorithm for a key that is
// known and serves another.
func (s keySet) match(h header) ([]jwt.VerificationKey, error) {
	var found []jwt.VerificationKey
	reason := UnknownKey
	for _, k := range s {
		if h.KeyID != "" && h.KeyID != k.id {
			continue
		}
		if !slices.Contains(k.algorithms, h.Algorithm) {
			reason = Algorithm
			continue
		}
		found = append(found, k.key)
	}
	switch {
	case h.KeyID == "" && len(found) != 1:
		return nil, UnknownKey
	case len(found) == 0:
		return nil, reason
	}
	return found, nil
}

// parseKeySet reads a key set. Keys that cannot be used here are left out (RFC
// 7517, section 5): other types and curves, symmetric and private keys, RSA out
// of bounds, keys for encryption. A set without any usable key is an error,
// which gives the first one's fault.
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

// algorithmsOf binds a key to the algorithms of its type and curve (RFC 8725,
// section 3.1). golang-jwt does not look at an ECDSA key's curve.
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
	return nil, errors.New("a key is symmetric or private, and must be neither in a key set that is published")
}
