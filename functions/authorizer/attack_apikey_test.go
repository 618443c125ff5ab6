package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"users-api/pkg/auth"
)

// nearMisses are texts that are almost the API key, or say that they are.
func nearMisses() map[string]string {
	digest := sha256.Sum256([]byte(apiKey))
	twice := sha256.Sum256(digest[:])
	return map[string]string{
		"unknown":             strings.Repeat("x", len(apiKey)),
		"in capitals":         strings.ToUpper(apiKey),
		"in small letters":    strings.ToLower(apiKey),
		"without its end":     apiKey[:len(apiKey)-1],
		"without its start":   apiKey[1:],
		"its first letter":    apiKey[:1],
		"with more":           apiKey + "x",
		"with less in front":  "x" + apiKey,
		"padded":              apiKey + "=",
		"twice":               apiKey + apiKey,
		"its digest":          hex.EncodeToString(digest[:]),
		"its digest, base64":  base64.StdEncoding.EncodeToString(digest[:]),
		"its digest's digest": hex.EncodeToString(twice[:]),
		"in base64":           b64(apiKey),
		"its name":            "partner",
		"its usage key":       usageKey,
		"the secret":          secret,
		"undefined":           "undefined",
		"null":                "null",
		"a token":             hs256(goodHeader, claims()),
	}
}

func hostileAPIKeys() []hostile {
	attacks := []hostile{
		{"as a token", "Bearer " + apiKey, auth.Malformed},
		{"without a scheme", apiKey, auth.Scheme},
		{"scheme Api-Key", "Api-Key " + apiKey, auth.Scheme},
		{"scheme X-Api-Key", "X-Api-Key " + apiKey, auth.Scheme},
		{"scheme Key", "Key " + apiKey, auth.Scheme},
		{"nothing", "ApiKey ", auth.Missing},
		{"padding alone", "ApiKey ====", auth.Malformed},
		{"with its name", "ApiKey partner:" + apiKey, auth.Malformed},
		{"with a space behind", "ApiKey " + apiKey + " ", auth.Malformed},
		{"with a line feed behind", "ApiKey " + apiKey + "\n", auth.Malformed},
		{"percent encoding", "ApiKey " + strings.Replace(apiKey, "A", "%41", 1), auth.Malformed},
		{"any", "ApiKey *", auth.Malformed},
		{"SQL", "ApiKey '||1=1--", auth.Malformed},
		{"too long", "ApiKey " + strings.Repeat("k", auth.MaxCredentialBytes+1), auth.TooLarge},
	}
	for name, key := range nearMisses() {
		attacks = append(attacks, hostile{name, "ApiKey " + key, auth.APIKey})
	}
	return attacks
}

// hostileBareKeys go to a deployment whose header holds nothing but a key.
func hostileBareKeys() []hostile {
	attacks := []hostile{
		{"nothing", "", auth.Missing},
		{"with a scheme", "ApiKey " + apiKey, auth.Malformed},
		{"a token with its scheme", "Bearer " + hs256(goodHeader, claims()), auth.Malformed},
		{"two", apiKey + "," + apiKey, auth.Malformed},
		{"two, one wrong", apiKey + ", " + apiKey + "x", auth.Malformed},
		{"with a space in front", " " + apiKey, auth.Malformed},
		{"with a space behind", apiKey + " ", auth.Malformed},
		{"with a line feed behind", apiKey + "\n", auth.Malformed},
		{"with a NUL behind", apiKey + "\x00", auth.Malformed},
		{"too long", strings.Repeat("k", auth.MaxCredentialBytes+1), auth.TooLarge},
	}
	for name, key := range nearMisses() {
		attacks = append(attacks, hostile{name, key, auth.APIKey})
	}
	return attacks
}
