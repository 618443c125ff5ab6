package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"users-api/pkg/auth"
	"users-api/pkg/credential"
)

// nearMisses returns values that resemble the API key or derive from it, by name.
func nearMisses() map[string]string {
	digest := sha256.Sum256([]byte(apiKey))
	digestOfDigest := sha256.Sum256(digest[:])
	return map[string]string{
		"unknown":                 strings.Repeat("x", len(apiKey)),
		"upper case":              strings.ToUpper(apiKey),
		"lower case":              strings.ToLower(apiKey),
		"without last character":  apiKey[:len(apiKey)-1],
		"without first character": apiKey[1:],
		"first character":         apiKey[:1],
		"extra suffix":            apiKey + "x",
		"extra prefix":            "x" + apiKey,
		"padded":                  apiKey + "=",
		"repeated":                apiKey + apiKey,
		"digest":                  hex.EncodeToString(digest[:]),
		"digest in base64":        base64.StdEncoding.EncodeToString(digest[:]),
		"digest of the digest":    hex.EncodeToString(digestOfDigest[:]),
		"base64":                  b64(apiKey),
		"key name":                "partner",
		"usage key":               usageKey,
		"secret":                  secret,
		"undefined":               "undefined",
		"null":                    "null",
		"token":                   hs256(goodHeader, claims()),
	}
}

// hostileAPIKeys returns wrong or malformed API keys.
func hostileAPIKeys() []attack {
	attacks := []attack{
		{name: "scheme Bearer", header: "Bearer " + apiKey, want: auth.ErrMalformed},
		{name: "no scheme", header: apiKey, want: auth.ErrScheme},
		{name: "scheme Api-Key", header: "Api-Key " + apiKey, want: auth.ErrScheme},
		{name: "scheme X-Api-Key", header: "X-Api-Key " + apiKey, want: auth.ErrScheme},
		{name: "scheme Key", header: "Key " + apiKey, want: auth.ErrScheme},
		{name: "empty", header: "ApiKey ", want: auth.ErrMissing},
		{name: "only padding", header: "ApiKey ====", want: auth.ErrMalformed},
		{name: "name and key", header: "ApiKey partner:" + apiKey, want: auth.ErrMalformed},
		{name: "trailing space", header: "ApiKey " + apiKey + " ", want: auth.ErrMalformed},
		{name: "trailing line feed", header: "ApiKey " + apiKey + "\n", want: auth.ErrMalformed},
		{name: "percent encoding", header: "ApiKey " + strings.Replace(apiKey, "A", "%41", 1), want: auth.ErrMalformed},
		{name: "asterisk", header: "ApiKey *", want: auth.ErrMalformed},
		{name: "SQL", header: "ApiKey '||1=1--", want: auth.ErrMalformed},
		{name: "too long", header: "ApiKey " + strings.Repeat("k", credential.MaxBytes+1), want: auth.ErrTooLarge},
	}
	for name, key := range nearMisses() {
		attacks = append(attacks, attack{name, "ApiKey " + key, auth.ErrAPIKey})
	}
	return attacks
}

// hostileBareKeys returns credentials for a deployment whose header holds a key without a scheme.
func hostileBareKeys() []attack {
	attacks := []attack{
		{name: "empty", want: auth.ErrMissing},
		{name: "key with scheme", header: "ApiKey " + apiKey, want: auth.ErrMalformed},
		{name: "token with scheme", header: "Bearer " + hs256(goodHeader, claims()), want: auth.ErrMalformed},
		{name: "two keys", header: apiKey + "," + apiKey, want: auth.ErrMalformed},
		{name: "two keys, one wrong", header: apiKey + ", " + apiKey + "x", want: auth.ErrMalformed},
		{name: "leading space", header: " " + apiKey, want: auth.ErrMalformed},
		{name: "trailing space", header: apiKey + " ", want: auth.ErrMalformed},
		{name: "trailing line feed", header: apiKey + "\n", want: auth.ErrMalformed},
		{name: "trailing NUL", header: apiKey + "\x00", want: auth.ErrMalformed},
		{name: "too long", header: strings.Repeat("k", credential.MaxBytes+1), want: auth.ErrTooLarge},
	}
	for name, key := range nearMisses() {
		attacks = append(attacks, attack{name, key, auth.ErrAPIKey})
	}
	return attacks
}
