package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The bounds of one fetch of the key set.
const (
	fetchTimeout   = 2 * time.Second
	maxKeySetBytes = 1 << 20
)

// How long a key set is good for, which is how long a key that the issuer has
// withdrawn can go on working: what its Cache-Control says, within bounds. Some
// issuers say 15 seconds, and each fetch makes one caller wait.
const (
	defaultMaxAge = 15 * time.Minute
	minMaxAge     = 5 * time.Minute
	maxMaxAge     = 24 * time.Hour
)

// fetcher gets the key set from the issuer.
type fetcher struct {
	url    string
	client *http.Client
}

// newFetcher takes a copy of the client that follows no redirect: the
// configured URL is the one that is trusted.
func newFetcher(url string, client *http.Client) *fetcher {
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &fetcher{url: url, client: &c}
}

// fetch gives the key set and how long it is good for. Its errors are for the
// operator: they name the URL and what was wrong, and hold nothing of a body.
func (f *fetcher) fetch(ctx context.Context) (keySet, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	// A connection that Lambda froze in between is dead and does not know it.
	request.Close = true
	response, err := f.client.Do(request)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
	}
	defer response.Body.Close()
	set, err := readKeySet(response)
	if err != nil {
		return nil, 0, fmt.Errorf("fetch the issuer's keys: GET %s: %w", f.url, err)
	}
	return set, maxAge(response.Header.Get("Cache-Control")), nil
}

func readKeySet(response *http.Response) (keySet, error) {
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d in place of 200", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxKeySetBytes {
		return nil, errors.New("the answer is larger than 1 MB")
	}
	return parseKeySet(body)
}

// maxAge reads Cache-Control (RFC 9111, section 5.2).
func maxAge(cacheControl string) time.Duration {
	age := defaultMaxAge
	for directive := range strings.SplitSeq(lower(cacheControl), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return minMaxAge
		case "max-age":
			if seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); err == nil {
				age = time.Duration(seconds) * time.Second
			}
		}
	}
	return min(max(age, minMaxAge), maxMaxAge)
}
