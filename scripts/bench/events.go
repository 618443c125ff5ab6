package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// event is an API Gateway event as its JSON has it.
type event map[string]any

// eventFile is the event in a function's testdata that the benchmark sends:
// get.json for functions/get-user, and a bearer token for the authorizer.
func eventFile(handler string) string {
	verb, _, found := strings.Cut(filepath.Base(handler), "-")
	if !found {
		verb = "bearer"
	}
	return filepath.Join(handler, "testdata", verb+".json")
}

func readEvent(path string) (event, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the benchmark sends a function's own test event: %w", err)
	}
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return e, nil
}

// answeredBefore are headers by which a request could be answered with what was
// answered before, and not with what is to be measured.
var answeredBefore = []string{"If-None-Match", "Idempotency-Key"}

// with is the event for a user of this run: its id in the place of the file's,
// its address in a body, and its version in If-Match where the file has that.
func (e event) with(u benchUser) ([]byte, error) {
	out := event{}
	for key, value := range e {
		out[key] = value
	}
	for _, key := range []string{"headers", "multiValueHeaders"} {
		out[key] = withVersion(e[key], u.Version)
	}
	if body, ok := e["body"].(string); ok {
		changed, err := withEmail(body, u.Email)
		if err != nil {
			return nil, err
		}
		out["body"] = changed
	}
	text, err := json.Marshal(out)
	if id := e.userID(); id != "" {
		text = bytes.ReplaceAll(text, []byte(id), []byte(u.ID))
	}
	return text, err
}

// withVersion is a copy of headers, or of multiValueHeaders.
func withVersion(headers any, version int64) map[string]any {
	out := map[string]any{}
	all, _ := headers.(map[string]any)
	tag := strconv.Quote(strconv.FormatInt(version, 10))
	for key, value := range all {
		_, several := value.([]any)
		switch {
		case slices.Contains(answeredBefore, key):
		case key == "If-Match" && several:
			out[key] = []any{tag}
		case key == "If-Match":
			out[key] = tag
		default:
			out[key] = value
		}
	}
	return out
}

func withEmail(body, email string) (string, error) {
	var members map[string]any
	if err := json.Unmarshal([]byte(body), &members); err != nil {
		return "", fmt.Errorf("body of the event: %w", err)
	}
	members["email"] = email
	text, err := json.Marshal(members)
	return string(text), err
}

// userID is the id in the event's path, and empty where there is none.
func (e event) userID() string {
	parameters, _ := e["pathParameters"].(map[string]any)
	id, _ := parameters["id"].(string)
	return id
}

// tokenLife outlasts the longest run.
const tokenLife = 12 * time.Hour

// withToken is the authorizer's event with a good token.
func (e event) withToken(now time.Time) ([]byte, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "bench", "scope": "users:read users:write",
		"iat": now.Unix(), "exp": now.Add(tokenLife).Unix(),
	}).SignedString([]byte(benchSecret))
	if err != nil {
		return nil, err
	}
	out := event{}
	for key, value := range e {
		out[key] = value
	}
	out["authorizationToken"] = "Bearer " + token
	return json.Marshal(out)
}

// checkAnswer refuses an answer that is not a success: to time errors would be
// to time something else.
func checkAnswer(body []byte) error {
	var a struct {
		StatusCode     int
		PolicyDocument struct{ Statement []struct{ Effect string } }
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return fmt.Errorf("the function answered no JSON: %.200q", body)
	}
	allowed := len(a.PolicyDocument.Statement) > 0 && a.PolicyDocument.Statement[0].Effect == "Allow"
	if !allowed && (a.StatusCode < 200 || a.StatusCode > 299) {
		return fmt.Errorf("the function answered no success: %.300s", body)
	}
	return nil
}
