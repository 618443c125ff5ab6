package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/repository"
)

// base checks the URL of an API and gives it as it stands before /users.
func base(given string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(given))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("URL=%s: must be like http://127.0.0.1:3000 or https://….execute-api.eu-west-1.amazonaws.com/dev", given)
	}
	return strings.TrimSuffix(strings.TrimSuffix(u.String(), "/"), "/users"), nil
}

// isLocal tells whether an API runs on this machine.
func isLocal(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// localSubject is whom the local stage's logs show.
const localSubject = "load"

// spare is how much longer than the load a token is valid, for cleaning up.
const spare = cleanupTime + 5*time.Minute

// credential is the value of Authorization: what is given, or for the local stage
// one that is made here.
func credential(base, given string, duration time.Duration) (string, error) {
	if given = strings.TrimSpace(given); given != "" {
		if strings.Contains(given, " ") { // with its scheme, as API keys are
			return given, nil
		}
		return "Bearer " + given, nil
	}
	if !isLocal(base) {
		return "", errors.New(`TOKEN is missing: give a token with the scopes users:read and users:write, or "ApiKey <key>"`)
	}
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	secret, err := localaws.ReadSecret(filepath.Join(root, ".local"))
	if err != nil {
		return "", err
	}
	token, err := secret.Token(localSubject, []string{"users:read", "users:write"}, time.Now(), duration+spare)
	return "Bearer " + token, err
}
