package credential

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"users-api/pkg/auth"
	"users-api/pkg/env"
)

// MinAPIKeyBytes rules out keys that can be guessed: a key's digest is fast to compute and has no
// salt, so the key itself has to be random.
const MinAPIKeyBytes = 32

// maxKeyNameBytes bounds the name of a key, which is its principal's subject.
const maxKeyNameBytes = 64

// apiKey is one entry of API_KEYS.
type apiKey struct {
	digest    [sha256.Size]byte
	principal auth.Principal
}

// keyring holds the accepted API keys.
type keyring []apiKey

// find returns the principal of a key. It compares with every entry in constant time, so that its
// duration reveals nothing about them. Its error is an auth.Reason, ErrUnknownKey if ring is nil.
func (ring keyring) find(key string) (auth.Principal, error) {
	if ring == nil {
		return auth.Principal{}, auth.ErrUnknownKey
	}
	digest := sha256.Sum256([]byte(key))
	p, err := auth.Principal{}, error(auth.ErrAPIKey)
	for _, k := range ring {
		if subtle.ConstantTimeCompare(digest[:], k.digest[:]) == 1 {
			p, err = k.principal, nil
		}
	}
	return p, err
}

// FormatAPIKey returns the entry of API_KEYS for a key, which does not contain the key itself:
//
//	name:sha256hex:scope+scope
//
// A name may have several entries, so that a partner's key can be replaced without a gap. The error
// says what is wrong with the name, the key or the scopes, and does not quote the key.
func FormatAPIKey(name, key string, scopes []auth.Scope) (string, error) {
	if len(key) < MinAPIKeyBytes || checkToken68(key) != nil {
		return "", fmt.Errorf(`an API key must be at least %d random letters, digits and "-._~+/"`, MinAPIKeyBytes)
	}
	digest := sha256.Sum256([]byte(key))
	entry := name + ":" + hex.EncodeToString(digest[:]) + ":" + strings.Join(scopes, "+")
	if _, err := parseAPIKey(entry); err != nil {
		return "", err
	}
	return entry, nil
}

// parseAPIKeys reads API_KEYS: entries as FormatAPIKey makes them, separated by commas, with
// optional white space. An entry may end in the API Gateway key whose usage plan meters the caller:
//
//	name:sha256hex:scope+scope@usageKey
//
// It leaves out entries that are wrong. Their faults name an entry by its position and never quote
// it: it may be a key, pasted by mistake. An empty list is a keyring too.
func parseAPIKeys(s string) (ring keyring, faults []string) {
	ring = keyring{}
	if strings.TrimSpace(s) == "" {
		return ring, nil
	}
	for i, entry := range strings.Split(s, ",") {
		key, err := parseAPIKey(strings.TrimSpace(entry))
		same := func(k apiKey) bool { return k.digest == key.digest }
		switch {
		case err != nil:
			faults = append(faults, fmt.Sprintf("entry %d: %v", i+1, err))
		case slices.ContainsFunc(ring, same):
			faults = append(faults, fmt.Sprintf("entry %d holds the same key as an earlier entry: each must have its own", i+1))
		default:
			ring = append(ring, key)
		}
	}
	return ring, faults
}

func parseAPIKey(entry string) (apiKey, error) {
	fields := strings.SplitN(entry, ":", 3)
	if len(fields) != 3 {
		return apiKey{}, errors.New("must have the form name:sha256hex:scope+scope")
	}
	name := fields[0]
	digest, digestErr := hex.DecodeString(fields[1])
	scopes, usageKey, metered := strings.Cut(fields[2], "@")
	granted := strings.Split(scopes, "+")
	unknown := func(scope string) bool { return !slices.Contains(auth.Scopes(), scope) } // a spelling mistake
	switch {
	case len(name) > maxKeyNameBytes || !env.IsName(name, "-_."):
		return apiKey{}, fmt.Errorf(`the name must be 1 to %d letters, digits and "-_."`, maxKeyNameBytes)
	case slices.ContainsFunc(granted, unknown):
		return apiKey{}, fmt.Errorf("the scopes must be some of %s, with a + between them", strings.Join(auth.Scopes(), ", "))
	case metered && (len(usageKey) < 20 || len(usageKey) > 128 || !isName(usageKey)):
		return apiKey{}, errors.New("what follows @ must be the value of an API Gateway key: 20 to 128 letters, digits, - and _")
	case digestErr != nil || len(digest) != sha256.Size:
		return apiKey{}, errors.New("the digest must be the SHA-256 of the key, as 64 hexadecimal digits")
	}
	p := auth.Principal{Subject: name, Scopes: auth.KnownScopes(granted), Kind: auth.KindAPIKey, UsageKey: usageKey}
	return apiKey{digest: [sha256.Size]byte(digest), principal: p}, nil
}
