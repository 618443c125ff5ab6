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

// forged is what an attacker would write into the log: a line of its own, or a member. testLines
// checks that each answer has one line of known members.
const forged = "x\r\n{\"level\":\"INFO\",\"forged\":true}\n\",\"forged\":true,\"\u2028\u0085\x0b\x0c\x1b[2J\x00\\"

// body is a valid body with a member set to a value.
func body(member string, value any) string {
	members := map[string]any{"name": "Ada Lovelace", "email": harness.Email()}
	members[member] = value
	text, _ := json.Marshal(members) // the values in these tests are JSON
	return string(text)
}

// testBadBodies sends bodies that API Gateway could change or refuse on their way. pkg/api and
// pkg/user test all the others.
func testBadBodies(t *testing.T) {
	valid := harness.UserBody(harness.Email())
	target := "/users/" + create(t).ID
	form := request{Method: "POST", Target: "/users", Body: valid, Header: headers{"Content-Type": "application/x-www-form-urlencoded"}}
	call(t, form).Fails(t, http.StatusUnsupportedMediaType)
	f := call(t, post(`{"name":"A","age":17}`)).Fails(t, http.StatusBadRequest)
	assert.Len(t, f.Details, 3, "the function names each wrong member: %v", f.Details)
	call(t, post(valid+strings.Repeat(" ", 1<<20))).Fails(t, http.StatusRequestEntityTooLarge)
	for name, body := range map[string]string{
		"a member twice":  `{"name":"Ada",` + valid[1:],
		"a forged member": body(forged, 1),
		"invalid UTF-8":   strings.Replace(valid, "Ada", "A\xffa", 1),
		"48 KB of name":   body("name", strings.Repeat("Ada Lovelace", 1<<12)),
		"a forged name":   body("name", forged),
	} {
		t.Run(name, func(t *testing.T) {
			call(t, post(body)).Fails(t, http.StatusBadRequest)
			call(t, request{Method: "PUT", Target: target, Body: body}).Fails(t, http.StatusBadRequest)
		})
	}
}

func testBadIDs(t *testing.T) {
	u := create(t)
	assert.Less(t, call(t, get("/users/"+url.PathEscape(forged))).Status, 500) // the emulator's policies match no line feed
	for _, id := range []string{
		uuid.NewString(),
		"email%23" + strings.ReplaceAll(u.Email, "@", "%40"), // the address's reservation
		"%00",
		"%ff",
		"..%2F..%2Fetc",
		strings.Repeat("a", 10_000),
	} {
		for _, r := range onUser(id) {
			call(t, r).Fails(t, http.StatusNotFound)
		}
	}
}

// testBadQueries sends queries that API Gateway could change on their way. functions/list-users and
// pkg/api test all the others.
func testBadQueries(t *testing.T) {
	for _, query := range []string{
		"limit=0", "limit=", "limit=1&limit=2", "limit=" + url.QueryEscape(forged),
		"cursor=%00", "cursor=" + base64.RawURLEncoding.EncodeToString([]byte(uuid.NewString())),
		"email=", "email=a%40b%40people.example", "email=%ff", "nonsense=1",
	} {
		f := call(t, get("/users?"+query)).Fails(t, http.StatusBadRequest)
		name, _, _ := strings.Cut(query, "=")
		require.Len(t, f.Details, 1, query)
		assert.Equal(t, name, f.Details[0].Field)
	}
}
