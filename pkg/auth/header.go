package auth

import (
	"encoding/base64"
	"strings"

	"github.com/go-jose/go-jose/v4/json"
)

// header is the part of a token's JOSE header (RFC 7515, section 4.1) that
// counts here. A member that is not named is ignored, as section 4 says.
type header struct {
	Algorithm string `json:"alg"`
	KeyID     string `json:"kid"`
	Type      string `json:"typ"`

	// What follows is refused. These ask for another way to verify…
	Critical    json.RawMessage `json:"crit"`
	Unencoded   json.RawMessage `json:"b64"`
	Compression json.RawMessage `json:"zip"`
	Encryption  json.RawMessage `json:"enc"`
	ContentType json.RawMessage `json:"cty"`
	// …and these bring or point at the key to verify with.
	Key           json.RawMessage `json:"jwk"`
	KeyURL        json.RawMessage `json:"jku"`
	Certificates  json.RawMessage `json:"x5c"`
	CertificateAt json.RawMessage `json:"x5u"`
}

// parseHeader reads the header of a token and checks all that does not take a
// key. Its error is a Reason.
func parseHeader(token string) (header, error) {
	encoded, rest, _ := strings.Cut(token, ".")
	if strings.Count(rest, ".") != 1 {
		return header{}, Malformed
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return header{}, Malformed
	}
	var h header
	if err := json.Unmarshal(decoded, &h); err != nil || h.Algorithm == "" {
		return header{}, Malformed
	}
	if h.unsupported() || !h.isAccessToken() {
		return header{}, Header
	}
	return h, nil
}

func (h header) unsupported() bool {
	for _, member := range []json.RawMessage{
		h.Critical, h.Unencoded, h.Compression, h.Encryption, h.ContentType,
		h.Key, h.KeyURL, h.Certificates, h.CertificateAt,
	} {
		if member != nil {
			return true
		}
	}
	return false
}

// isAccessToken tells whether the token's type is one that may be an access
// token (RFC 9068, section 2.1) or is not said. The same issuer signs logout
// tokens, security events and proofs of possession, and they say so.
func (h header) isAccessToken() bool {
	switch strings.TrimPrefix(lower(h.Type), "application/") {
	case "", "jwt", "at+jwt":
		return true
	}
	return false
}
