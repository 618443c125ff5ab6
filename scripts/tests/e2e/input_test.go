package e2e

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// forged is what a client would like to have in the log: a line of its own, or a
// member. testLines checks that each answer has one line of known members.
const forged = "x\r\n{\"level\":\"INFO\",\"forged\":true}\n\",\"forged\":true,\"\u2028\u0085\x0b\x0c\x1b[2J\x00\\"

// body is a valid body with a member set to a value.
func body(member string, value any) string {
	members := map[string]any{"name": "Ada Lovelace", "email": harness.Email()}
	members[member] = value
	text, err := json.Marshal(members)
	if err != nil {
		panic(err) // the values in these tests are JSON
	}
	return string(text)
}

// testBadBodies has a body for each way in which API Gateway's model or the function
// refuses one. What else the function refuses and accepts, its own tests have.
func testBadBodies(t *testing.T) {
	valid, deep := harness.UserBody(harness.Email()), 10_000
	target := "/users/" + create(t).ID
	form := post(valid)
	form.Header = headers{"Content-Type": "application/x-www-form-urlencoded"}
	call(t, form).Fails(t, http.StatusUnsupportedMediaType)
	call(t, post(valid+strings.Repeat(" ", 1<<20))).Fails(t, http.StatusRequestEntityTooLarge)
	for name, body := range map[string]string{
		"none":                      "",
		"null":                      "null",
		"an array":                  "[]",
		"an empty object":           "{}",
		"truncated":                 valid[:len(valid)-8],
		"another object after it":   valid + valid,
		"a member twice":            `{"name":"Ada",` + valid[1:],
		"an unknown member":         body("admin", true),
		"a forged member":           body(forged, 1),
		"invalid UTF-8":             strings.Replace(valid, "Ada", "A\xffa", 1),
		"deep objects":              strings.Repeat(`{"name":`, deep) + "1" + strings.Repeat("}", deep),
		"deep arrays":               `{"name":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + "}",
		"1 MB of name":              body("name", strings.Repeat("Ada Lovelace", 1<<17)),
		"a name that is a number":   body("name", 1),
		"a name of 1 and spaces":    body("name", "  a  "),
		"a name of 101 emoji":       body("name", strings.Repeat("😀", 101)),
		"a forged name":             body("name", forged),
		"age null":                  body("age", nil),
		"age 17":                    body("age", 17),
		"age 18.5":                  body("age", 18.5),
		"age 1e400":                 body("age", json.RawMessage("1e400")),
		"age NaN":                   strings.Replace(valid, ":36", ":NaN", 1),
		"an address without @":      body("email", "ada.people.example"),
		"an address with a newline": body("email", "ada@people.example\n"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call(t, post(body)).Fails(t, http.StatusBadRequest)
			call(t, request{Method: "PUT", Target: target, Body: body}).Fails(t, http.StatusBadRequest)
		})
	}
}

func testBadIDs(t *testing.T) {
	u := create(t)
	assert.Less(t, call(t, get("/users/"+url.PathEscape(forged))).Status, 500) // the emulator's policies match no line feed
	for name, id := range map[string]string{
		"another user's":            uuid.NewString(),
		"no UUID":                   "1",
		"a reservation":             "email%23" + strings.ReplaceAll(u.Email, "@", "%40"),
		"an idempotency record":     "idempotency%23" + strings.Repeat("0", 64),
		"in braces":                 "%7B" + u.ID + "%7D",
		"without hyphens":           strings.ReplaceAll(u.ID, "-", ""),
		"with a space":              u.ID + "%20",
		"NUL":                       "%00",
		"invalid UTF-8":             "%ff",
		"a path upwards":            "..%2F..%2Fetc",
		"10,000 bytes":              strings.Repeat("a", 10_000),
		"a digit of another script": "١" + u.ID[1:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range onUser(id) {
				call(t, r).Fails(t, http.StatusNotFound)
			}
		})
	}
}

func testBadQueries(t *testing.T) {
	create(t)
	create(t)
	cursor := call(t, get("/users?limit=1")).Page(t).NextCursor
	require.NotEmpty(t, cursor)
	for _, query := range []string{
		"limit=0", "limit=101", "limit=abc", "limit=", "limit=1.5", "limit=99999999999999999999", "limit=1&limit=2", "limit=" + url.QueryEscape(forged),
		"cursor=" + cursor[:len(cursor)-1], "cursor=" + cursor + "A", "cursor=%00", "cursor=" + base64.RawURLEncoding.EncodeToString([]byte(uuid.NewString())),
		"email=nobody", "email=", "email=a%40b%40people.example", "email=%ff", "nonsense=1",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			f := call(t, get("/users?"+query)).Fails(t, http.StatusBadRequest)
			name, _, _ := strings.Cut(query, "=")
			if assert.Len(t, f.Details, 1) {
				assert.Equal(t, name, f.Details[0].Field)
			}
		})
	}
}
