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

const maxKeySetBytes = 1 << 20

// A key set is fresh for as long as its Cache-Control says, within these bounds. Until then a key
// that the issuer has withdrawn is accepted. Some issuers say 15 seconds, and a fetch makes a
// caller wait.
const (
	defaultMaxAge = 15 * time.Minute
	minMaxAge     = 5 * time.Minute
	maxMaxAge     = 24 * time.Hour
)

// newFetcher returns what fetches the issuer's key set, and how long it is fresh. It follows no
// redirect: only the URL is trusted. Its errors are for the operator: they name the URL and what was
// wrong, and quote nothing of a body.
func newFetcher(url string, client *http.Client) func(context.Context) (keySet, time.Duration, error) {
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return func(ctx context.Context) (keySet, time.Duration, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
		}
		request.Header.Set("Accept", "application/jwk-set+json, application/json")
		// A connection that was idle while Lambda froze the function may be dead.
		request.Close = true
		response, err := own.Do(request)
		if err != nil {
			return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: %w", err)
		}
		defer response.Body.Close()
		set, err := readKeySet(response)
		if err != nil {
			return keySet{}, 0, fmt.Errorf("fetch the issuer's keys: GET %s: %w", url, err)
		}
		return set, maxAge(response.Header.Get("Cache-Control")), nil
	}
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
