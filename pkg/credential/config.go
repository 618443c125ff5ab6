package credential

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"users-api/pkg/env"
)

// minSecretBytes is the minimum length of JWT_SECRET: that of HS256's hash (RFC 7518, section 3.2).
const minSecretBytes = 32

// maxLeeway bounds the allowed difference between clocks.
const maxLeeway = 30 * time.Second

// config says which credentials are accepted.
type config struct {
	bareKey     bool // the identity header holds an API key without a scheme
	keys        keyring
	secret      string   // of HS256, or
	jwksURL     string   // where the issuer publishes its keys
	algorithms  []string // that a token may be signed with; none if no token is accepted
	issuer      string   // that a token must name; "" for any
	audience    string   // that a token must name; "" for any
	clientID    string   // the client_id that a token must have; "" for any
	scopePrefix string   // that is cut off a token's scopes
	leeway      time.Duration
}

// configReader reads the variables that New documents. Its faults say what a variable must hold, and
// do not quote it.
type configReader struct{ *env.Reader }

func parseConfig(lookup env.Lookup) (config, error) {
	r := configReader{env.New(lookup)}
	r.checkResolved("JWT_SECRET", "JWKS_URL", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_CLIENT_ID", "API_KEYS")
	var c config
	if r.Err() == nil {
		c.bareKey = r.identityHeader() != "authorization"
		keysOnly := r.flag("API_KEYS_ONLY") || c.bareKey
		c.keys = r.apiKeys(keysOnly)
		if !keysOnly {
			r.tokens(&c)
		}
	}
	if err := r.Err(); err != nil {
		return config{}, fmt.Errorf("configuration of the authorizer: %w", err)
	}
	return c, nil
}

func (r configReader) flag(name string) bool {
	value := r.Text(name, "false")
	if value != "true" && value != "false" {
		r.Fault("%s must be true or false", name)
	}
	return value == "true"
}

// checkResolved refuses references to secrets that CloudFormation has not replaced. A reference is
// long enough for a secret, but is in the public template.
func (r configReader) checkResolved(names ...string) {
	for _, name := range names {
		if strings.Contains(r.Secret(name), "{{resolve:") {
			r.Fault("%s holds an unresolved reference: deploy by CloudFormation, which replaces it, or set the value itself", name)
		}
	}
}

// identityHeader returns the header's name in lower case.
func (r configReader) identityHeader() string {
	name := r.Text("IDENTITY_HEADER", "Authorization")
	if !isName(name) {
		r.Fault("IDENTITY_HEADER must be the name of a header, such as Authorization or x-api-key")
	}
	return lower(name)
}

func (r configReader) apiKeys(required bool) keyring {
	value := r.Text("API_KEYS", "")
	if value == "" {
		if required {
			r.Fault("API_KEYS must be set where only API keys are accepted (by API_KEYS_ONLY or IDENTITY_HEADER): " +
				"name:sha256hex:scope+scope, separated by commas")
		}
		return nil
	}
	keys, err := parseAPIKeys(value)
	if err != nil {
		r.Fault("API_KEYS: %v", err)
	}
	return keys
}

// tokens reads the settings of tokens.
func (r configReader) tokens(c *config) {
	c.secret, c.jwksURL = r.Secret("JWT_SECRET"), r.Text("JWKS_URL", "")
	c.issuer, c.audience = r.Text("JWT_ISSUER", ""), r.Text("JWT_AUDIENCE", "")
	c.clientID, c.scopePrefix = r.Text("JWT_CLIENT_ID", ""), r.Text("JWT_SCOPE_PREFIX", "")
	c.leeway = r.leeway()
	switch {
	case c.secret != "" && c.jwksURL != "":
		r.Fault("JWT_SECRET and JWKS_URL are both set: unset the one that is not meant")
	case c.secret != "":
		if len(c.secret) < minSecretBytes {
			r.Fault("JWT_SECRET must hold at least %d random bytes, and holds %d", minSecretBytes, len(c.secret))
		}
		c.algorithms = r.algorithms("HS256")
	case c.jwksURL != "":
		r.checkIssuer(*c)
		c.algorithms = r.algorithms("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
	default:
		r.Fault("JWT_SECRET or JWKS_URL must be set: a secret of at least %d random bytes, or the https URL of the issuer's key set"+
			" (or API_KEYS_ONLY=true, to accept no tokens)", minSecretBytes)
	}
}

func (r configReader) leeway() time.Duration {
	n, err := strconv.ParseUint(r.Text("JWT_LEEWAY", "0"), 10, 16)
	if leeway := time.Duration(n) * time.Second; err == nil && leeway <= maxLeeway {
		return leeway
	}
	r.Fault("JWT_LEEWAY must be a whole number of seconds from 0 to %d", int(maxLeeway.Seconds()))
	return 0
}

// checkIssuer checks the settings that JWKS_URL needs. Without an issuer and an audience to compare
// with, a token that the issuer signed for any other service would be accepted.
func (r configReader) checkIssuer(c config) {
	if err := checkURL(c.jwksURL); err != nil {
		r.Fault("JWKS_URL %v", err)
	}
	if c.issuer == "" {
		r.Fault("JWT_ISSUER must be set with JWKS_URL: to the iss of the issuer's tokens")
	}
	if c.audience == "" && c.clientID == "" {
		r.Fault("JWT_AUDIENCE must be set with JWKS_URL: to the aud of the tokens that are meant for this API;" +
			" or JWT_CLIENT_ID, for an issuer whose access tokens have no aud, such as Amazon Cognito")
	}
}

// algorithms reads which of the possible algorithms are accepted.
func (r configReader) algorithms(possible ...string) []string {
	value := r.Text("JWT_ALGORITHMS", "")
	if value == "" {
		return possible
	}
	chosen := strings.Split(strings.ReplaceAll(value, " ", ""), ",")
	for _, a := range chosen {
		if !slices.Contains(possible, a) {
			r.Fault("JWT_ALGORITHMS must be some of %s, separated by commas", strings.Join(possible, ","))
			return nil
		}
	}
	return chosen
}

// checkURL accepts https, and http to this machine, for tests and a local issuer.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Fragment != "" || !isPort(u.Port()):
		return errors.New("must be the URL of the issuer's key set, such as https://issuer.example/.well-known/jwks.json")
	case u.User != nil:
		return errors.New("must hold no user name or password: key sets are public")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return errors.New("must begin with https:// (http:// is accepted for localhost and loopback addresses only)")
	}
	return nil
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return s == "" || err == nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
