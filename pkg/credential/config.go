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

	"github.com/golang-jwt/jwt/v5"

	"users-api/pkg/amazon"
	"users-api/pkg/env"
)

// minSecretBytes is the minimum length of JWT_SECRET: that of HS256's hash (RFC 7518, section 3.2).
const minSecretBytes = 32

// maxLeeway bounds the allowed difference between clocks.
const maxLeeway = 30 * time.Second

// config says which credentials are accepted.
type config struct {
	bareKey     bool           // the identity header holds an API key without a scheme
	usesAPIKeys bool           // API keys are accepted
	usesSecret  bool           // tokens of HS256 are accepted
	stage       *amazon.Secret // the stage's secret, or nil: then
	keys        keySet         // has its values
	jwksURL     string         // where the issuer publishes its keys
	algorithms  []string       // that a token may be signed with; none if no token is accepted
	issuer      string         // that a token must name; "" for any
	audience    string         // that a token must name; "" for any
	clientID    string         // the client_id that a token must have; "" for any
	scopePrefix string         // that is cut off a token's scopes
	leeway      time.Duration
}

// configReader reads the variables that New documents. Its faults say what a variable must hold, and
// do not quote it.
type configReader struct{ *env.Reader }

func parseConfig(lookup env.Lookup) (config, error) {
	r := configReader{env.New(lookup)}
	c := config{bareKey: r.identityHeader() != "authorization"}
	// In tests and with sam local the environment has the secret's values themselves.
	if id := r.Text("SECRET_ID", ""); id != "" && r.Secret("JWT_SECRET")+r.Secret("API_KEYS") == "" {
		c.stage = amazon.NewSecret(r.Reader, id)
	}
	keysOnly := r.flag("API_KEYS_ONLY") || c.bareKey
	r.apiKeys(&c, keysOnly)
	if !keysOnly {
		r.tokens(&c)
	}
	if !c.usesAPIKeys && !c.usesSecret {
		c.stage = nil // nothing needs its values
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

// identityHeader returns the header's name in lower case.
func (r configReader) identityHeader() string {
	name := r.Text("IDENTITY_HEADER", "Authorization")
	if !isName(name) {
		r.Fault("IDENTITY_HEADER must be the name of a header, such as Authorization or x-api-key")
	}
	return lower(name)
}

func (r configReader) apiKeys(c *config, required bool) {
	value, tokensOnly := r.Text("API_KEYS", ""), r.flag("TOKENS_ONLY")
	c.usesAPIKeys = (value != "" || c.stage != nil) && !tokensOnly
	if required && !c.usesAPIKeys {
		r.Fault("SECRET_ID or API_KEYS must be set, and not TOKENS_ONLY, where only API keys are accepted (by API_KEYS_ONLY or IDENTITY_HEADER): " +
			"the stage's secret, or name:sha256hex:scope+scope, separated by commas")
	}
	c.keys.apiKeys, c.keys.dropped = parseAPIKeys(value)
	for _, fault := range c.keys.dropped {
		r.Fault("API_KEYS: %s", fault)
	}
}

func (r configReader) tokens(c *config) {
	secret := r.Secret("JWT_SECRET")
	c.jwksURL = r.Text("JWKS_URL", "")
	c.issuer, c.audience = r.Text("JWT_ISSUER", ""), r.Text("JWT_AUDIENCE", "")
	c.clientID, c.scopePrefix = r.Text("JWT_CLIENT_ID", ""), r.Text("JWT_SCOPE_PREFIX", "")
	c.leeway = r.leeway()
	switch {
	case secret != "" && c.jwksURL != "":
		r.Fault("JWT_SECRET and JWKS_URL are both set: unset the one that is not meant")
	case c.jwksURL != "":
		r.checkIssuer(*c)
		c.algorithms = r.algorithms("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
	case secret == "" && c.stage == nil:
		r.Fault("SECRET_ID, JWT_SECRET or JWKS_URL must be set: the stage's secret, a secret of at least %d random bytes, or the https URL"+
			" of the issuer's key set (or API_KEYS_ONLY=true, to accept no tokens)", minSecretBytes)
	default:
		if strings.Contains(secret, "{{resolve:") { // long enough for a secret, but in the public template
			r.Fault("JWT_SECRET holds an unresolved reference: deploy by CloudFormation, which replaces it, or set the value itself")
		}
		if c.stage == nil && len(secret) < minSecretBytes {
			r.Fault("JWT_SECRET must hold at least %d random bytes, and holds %d", minSecretBytes, len(secret))
		}
		c.usesSecret, c.keys.secrets = true, []jwt.VerificationKey{[]byte(secret)}
		c.algorithms = r.algorithms("HS256")
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
	unknown := func(a string) bool { return !slices.Contains(possible, a) }
	if slices.ContainsFunc(chosen, unknown) {
		r.Fault("JWT_ALGORITHMS must be some of %s, separated by commas", strings.Join(possible, ","))
	}
	return chosen
}

// checkURL accepts https, and http to this machine, for tests and a local issuer.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.User == nil && !isPlain(s, u):
		return errors.New("must be the URL of the issuer's key set, such as https://issuer.example/.well-known/jwks.json")
	case u.User != nil:
		return errors.New("must hold no user name or password: key sets are public")
	case u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()):
		return errors.New("must begin with https:// (http:// is accepted for localhost and loopback addresses only)")
	}
	return nil
}

// isPlain reports whether a URL has a host and nothing that the deployment's check of the parameter
// reads otherwise than Go (RFC 3986, sections 3.2 to 3.4).
func isPlain(s string, u *url.URL) bool {
	rest, ok := strings.CutPrefix(s, u.Scheme+"://"+u.Host)
	_, escape := url.QueryUnescape(u.RawQuery)
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	isPort := u.Port() == "" || err == nil && n > 0 && len(u.Port()) <= 5
	return ok && escape == nil && isPort && !strings.HasSuffix(u.Host, ":") &&
		env.IsName(u.Hostname(), ".-:") && // colons in an IPv6 address
		(rest == "" || env.IsName(rest, "_!$&'()*+,./:;=?@~-%"))
}
