package credential

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

// A key set is fresh for as long as its Cache-Control says, within these bounds. Until then a key
// that the issuer has withdrawn is accepted. Some issuers say 15 seconds, and a fetch makes a
// caller wait.
const (
	defaultMaxAge = 15 * time.Minute
	minMaxAge     = 5 * time.Minute
	maxMaxAge     = 24 * time.Hour
)

// fetcher fetches the key set from the issuer.
type fetcher struct {
	url    string
	client http.Client
}

// newFetcher copies the client to follow no redirect: only the URL is trusted.
func newFetcher(url string, client *http.Client) *fetcher {
	f := &fetcher{url, *client}
	f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return f
}

// fetch returns the key set and how long it is fresh. Its errors are for the operator: they name
// the URL and what was wrong, and quote nothing of a body.
func (f *fetcher) fetch(ctx context.Context) (keySet, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.url, nil)
	if err != nil {
		return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
	}
	request.Header.Set("Accept", "application/jwk-set+json, application/json")
	// A connection that was idle while Lambda froze the function may be dead.
	request.Close = true
	response, err := f.client.Do(request)
	if err != nil {
		return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
	}
	defer response.Body.Close()
	set, err := readKeySet(response)
	if err != nil {
		return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: GET %s: %w", f.url, err)
	}
	return set, maxAge(response.Header.Get("Cache-Control")), nil
}

func readKeySet(response *http.Response) (keySet, error) {
	if response.StatusCode != http.StatusOK {
		return keySet{}, fmt.Errorf("status %d in place of 200", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySetBytes+1))
	if err != nil {
		return keySet{}, err
	}
	if len(body) > maxKeySetBytes {
		return keySet{}, errors.New("the answer is larger than 1 MB")
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
