package auth

import "time"

// minSecretBytes is the least that JWT_SECRET may hold: as much as HS256's hash
// (RFC 7518, section 3.2).
const minSecretBytes = 32

// maxLeeway is the most by which clocks may differ.
const maxLeeway = 30 * time.Second

// config is which credentials are good.
type config struct {
	bareKey    bool // the identity header holds an API key without a scheme
	keys       keyring
	secret     string   // of HS256, or
	jwksURL    string   // where the issuer publishes its keys
	algorithms []string // that a token may be signed with; none where no token is taken
	issuer     string   // that a token must name; empty for any
	audience   string   // that a token must name; empty for any
	leeway     time.Duration
}

// parseConfig reads the variables that New documents. Its error names every one
// that is missing or wrong with what it must hold, and quotes none of them.
func parseConfig(lookup func(string) (string, bool)) (config, error) {
	r := &reader{lookup: lookup}
	r.checkResolved("JWT_SECRET", "JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "API_KEYS")
	if len(r.faults) > 0 {
		return config{}, r.err()
	}
	var c config
	c.bareKey = r.identityHeader() != "authorization"
	keysOnly := r.flag("API_KEYS_ONLY") || c.bareKey
	c.keys = r.apiKeys(keysOnly)
	if !keysOnly {
		r.tokens(&c)
	}
	return c, r.err()
}

// tokens reads what concerns tokens.
func (r *reader) tokens(c *config) {
	c.secret, c.jwksURL = r.get("JWT_SECRET", ""), r.get("JWKS_URL", "")
	c.issuer, c.audience = r.get("JWT_ISSUER", ""), r.get("JWT_AUDIENCE", "")
	c.leeway = r.seconds("JWT_LEEWAY", maxLeeway)
	switch {
	case c.secret != "" && c.jwksURL != "":
		r.fault("JWT_SECRET and JWKS_URL are both set: unset the one that is not meant")
	case c.secret != "":
		r.secret(c.secret)
		c.algorithms = r.algorithms("HS256")
	case c.jwksURL != "":
		r.issuer(*c)
		c.algorithms = r.algorithms("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
	default:
		r.fault("JWT_SECRET or JWKS_URL must be set: a secret of at least %d random bytes, or the https URL of the issuer's key set"+
			" (or API_KEYS_ONLY=true, to take no tokens)", minSecretBytes)
	}
}

func (r *reader) secret(secret string) {
	if len(secret) < minSecretBytes {
		r.fault("JWT_SECRET must hold at least %d random bytes, and holds %d", minSecretBytes, len(secret))
	}
}

// issuer checks what goes with an issuer's keys. Without an issuer and an
// audience to compare, a token that it signed for any other service would do.
func (r *reader) issuer(c config) {
	if err := checkURL(c.jwksURL); err != nil {
		r.fault("JWKS_URL %w", err)
	}
	if c.issuer == "" {
		r.fault("JWT_ISSUER must be set with JWKS_URL: to the iss of the issuer's tokens")
	}
	if c.audience == "" {
		r.fault("JWT_AUDIENCE must be set with JWKS_URL: to the aud of the tokens that are meant for this API")
	}
}
