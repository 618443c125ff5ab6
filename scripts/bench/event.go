package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// event is an API Gateway event.
type event struct {
	text           string // JSON without white space
	Method         string `json:"httpMethod"`
	Token          string `json:"authorizationToken"` // the authorizer's
	Headers        map[string]string
	PathParameters struct{ ID string }
	Body           string
}

// readEvent reads the test event of the function in a folder: the only one in its testdata,
// or of several the one that main.go embeds.
func readEvent(folder string) (e event, err error) {
	files, _ := filepath.Glob(filepath.Join(folder, "testdata", "*.json")) // the pattern is valid
	if len(files) > 1 {
		source, err := os.ReadFile(filepath.Join(folder, "main.go"))
		if err != nil {
			return e, err
		}
		files = slices.DeleteFunc(files, func(file string) bool {
			return !bytes.Contains(source, []byte("//go:embed testdata/"+filepath.Base(file)+"\n"))
		})
	}
	if len(files) != 1 {
		return e, fmt.Errorf("%s has no event to send: add one to its testdata, and embed it in main.go", folder)
	}
	text, err := os.ReadFile(files[0])
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		return e, fmt.Errorf("read the event to send to %s: %w", folder, err)
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, text) // it is valid
	e.text = addHeaders(compact.String())
	return e, nil
}

// browserHeaders are headers that a browser sends and test events lack. With them an
// event has 3 KB, as those of API Gateway have.
var browserHeaders = [][2]string{
	{"Accept-Language", "en-GB,en;q=0.9,de;q=0.8"},
	{"Referer", "https://app.example.com/users?sort=newest"},
	{"sec-ch-ua", `"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"`},
	{"sec-ch-ua-mobile", "?0"},
	{"sec-ch-ua-platform", `"Windows"`},
	{"Sec-Fetch-Dest", "empty"},
	{"Sec-Fetch-Mode", "cors"},
	{"Sec-Fetch-Site", "cross-site"},
}

func addHeaders(text string) string {
	for _, h := range browserHeaders {
		text = strings.Replace(text, `"headers":{`, fmt.Sprintf(`"headers":{%q:%q,`, h[0], h[1]), 1)
		text = strings.Replace(text, `"multiValueHeaders":{`, fmt.Sprintf(`"multiValueHeaders":{%q:[%q],`, h[0], h[1]), 1)
	}
	return text
}

var emailAddress = regexp.MustCompile(`[\w.]+@[\w.]+`)

// about returns the event of a request about a user with an id and address, with a valid
// token and a new Idempotency-Key.
func (e event) about(id, email string) ([]byte, error) {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "bench", "scope": "users:read users:write", "exp": time.Now().Add(24 * time.Hour).Unix(),
	}).SignedString([]byte(secret))
	text := e.text
	for old, value := range map[string]string{
		e.PathParameters.ID:                  id,
		emailAddress.FindString(e.Body):      email,
		e.Headers["Authorization"] + e.Token: "Bearer " + token, // one of the two is empty
		e.Headers["Idempotency-Key"]:         uuid.NewString(),
	} {
		if old != "" {
			text = strings.ReplaceAll(text, old, value)
		}
	}
	return []byte(text), err
}
