package credential

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// keySet is a JSON Web Key Set (RFC 7517), or the values of the stage's secret.
type keySet struct {
	keys    []publicKey
	secrets []jwt.VerificationKey // of HS256
	apiKeys keyring
	dropped []string // why each of the other keys cannot be used
}

// match returns the keys that may have signed a token. The token's kid names the key; a token
// without kid is accepted if exactly one key serves its algorithm. Several keys with the same kid
// are all tried, and all secrets, whatever the kid. The error is auth.ErrUnknownKey, or
// auth.ErrAlgorithm if the key serves others.
func (s keySet) match(h joseHeader) ([]jwt.VerificationKey, error) {
	if s.secrets != nil {
		return s.secrets, nil
	}
	var found []jwt.VerificationKey
	reason := auth.ErrUnknownKey
	for _, k := range s.keys {
		switch {
		case h.KeyID != "" && h.KeyID != k.id: // another key
		case !slices.Contains(k.algorithms, h.Algorithm):
			reason = auth.ErrAlgorithm
		default:
			found = append(found, k.key)
		}
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
		return keySet{}, errors.New("the key set is not a JSON object with an array of keys")
	}
	var set keySet
	for _, raw := range document.Keys {
		key, err := parseKey(raw)
		if err != nil {
			set.dropped = append(set.dropped, fmt.Sprintf("kid %q: %v", key.id, err))
			continue
		}
		set.keys = append(set.keys, key)
	}
	if len(set.keys) == 0 {
		return keySet{}, fmt.Errorf("none of %d keys in the set can be used: %s", len(document.Keys), strings.Join(set.dropped, "; "))
	}
	return set, nil
}

// parseKey reads a key. With an error, it returns a key that has only its id.
func parseKey(raw json.RawMessage) (publicKey, error) {
	var read struct {
		ID         string   `json:"kid"`
		Operations []string `json:"key_ops"`
	}
	var key jose.JSONWebKey
	bare, err := withoutCertificates(raw)
	err = errors.Join(err, json.Unmarshal(raw, &read), json.Unmarshal(bare, &key))
	bad := publicKey{id: read.ID}
	if err != nil {
		return bad, errors.New("a key is not a public JSON Web Key of a known type and curve")
	}
	if key.Use != "" && key.Use != "sig" || read.Operations != nil && !slices.Contains(read.Operations, "verify") {
		return bad, errors.New("a key is not meant for signatures (use, key_ops)")
	}
	algorithms, err := algorithmsOf(key.Key)
	if err != nil {
		return bad, err
	}
	if key.Algorithm != "" {
		if !slices.Contains(algorithms, canonical(key.Algorithm)) {
			return bad, errors.New("a key's alg is not one of its type's")
		}
		algorithms = []string{canonical(key.Algorithm)}
	}
	return publicKey{id: key.KeyID, algorithms: algorithms, key: key.Key}, nil
}

// withoutCertificates removes the members about the key's certificate. They are optional (RFC 7517,
// section 4), and a bad one does not make the key bad.
func withoutCertificates(raw json.RawMessage) ([]byte, error) {
	var members map[string]*json.RawMessage // by pointer, or Marshal would encode it in base64
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	for _, name := range []string{"x5c", "x5t", "x5t#S256", "x5u"} {
		delete(members, name)
	}
	return json.Marshal(members)
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
