package auth

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reader reads variables and collects what is wrong with them.
type reader struct {
	lookup func(string) (string, bool)
	faults []string
}

func (r *reader) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return errors.New("configuration of the authorizer: " + strings.Join(r.faults, "; "))
}

func (r *reader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf(format, args...).Error())
}

// get gives a variable or its default. An empty one counts as not set:
// CloudFormation cannot leave one out.
func (r *reader) get(name, byDefault string) string {
	if value, _ := r.lookup(name); value != "" {
		return value
	}
	return byDefault
}

// checkResolved finds references to secrets that nobody has replaced by the
// secret. They are long enough for one, and stand in the public template.
func (r *reader) checkResolved(names ...string) {
	for _, name := range names {
		if strings.Contains(r.get(name, ""), "{{resolve:") {
			r.fault("%s holds an unresolved reference: deploy by CloudFormation, which replaces it, or set the value itself", name)
		}
	}
}

// identityHeader gives the header's name in lower case.
func (r *reader) identityHeader() string {
	name := r.get("IDENTITY_HEADER", "Authorization")
	if !isName(name) {
		r.fault("IDENTITY_HEADER must be the name of a header, such as Authorization or x-api-key")
	}
	return lower(name)
}

func (r *reader) flag(name string) bool {
	value := r.get(name, "false")
	if value != "true" && value != "false" {
		r.fault("%s must be true or false", name)
	}
	return value == "true"
}

func (r *reader) seconds(name string, most time.Duration) time.Duration {
	n, err := strconv.ParseUint(r.get(name, "0"), 10, 16)
	if seconds := time.Duration(n) * time.Second; err == nil && seconds <= most {
		return seconds
	}
	r.fault("%s must be a whole number of seconds from 0 to %d", name, int(most.Seconds()))
	return 0
}

func (r *reader) apiKeys(required bool) keyring {
	value := strings.TrimSpace(r.get("API_KEYS", ""))
	if value == "" {
		if required {
			r.fault("API_KEYS must be set where only API keys are taken (API_KEYS_ONLY or IDENTITY_HEADER says so): " +
				"name:sha256hex:scope+scope, separated by commas")
		}
		return nil
	}
	keys, err := parseAPIKeys(value)
	if err != nil {
		r.fault("API_KEYS: %w", err)
	}
	return keys
}

// algorithms reads which of the possible algorithms are taken.
func (r *reader) algorithms(possible ...string) []string {
	value := r.get("JWT_ALGORITHMS", "")
	if value == "" {
		return possible
	}
	chosen := strings.Split(strings.ReplaceAll(value, " ", ""), ",")
	for _, a := range chosen {
		if !slices.Contains(possible, a) {
			r.fault("JWT_ALGORITHMS must be some of %s, separated by commas", strings.Join(possible, ","))
			return nil
		}
	}
	return chosen
}

// checkURL takes https, and http to this machine, which tests and a local
// issuer have.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Fragment != "":
		return errors.New("must be the URL of the issuer's key set, such as https://issuer.example/.well-known/jwks.json")
	case u.User != nil:
		return errors.New("must hold no user name or password: key sets are public")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return errors.New("must begin with https:// (http:// is taken for localhost and loopback addresses only)")
	}
	return nil
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}
