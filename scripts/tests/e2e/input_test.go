package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named is a valid body but for its name.
func named(name string) string {
	quoted, err := json.Marshal(name)
	if err != nil {
		panic(err) // a string always encodes
	}
	return fmt.Sprintf(`{"name":%s,"email":%q}`, quoted, address())
}

// aged is a valid body but for its age, as JSON.
func aged(age string) string {
	return fmt.Sprintf(`{"name":"Ada","email":%q,"age":%s}`, address(), age)
}

// mailed is a valid body but for its address.
func mailed(email string) string { return fmt.Sprintf(`{"name":"Ada","email":%q}`, email) }

// mailOf is a valid address of n bytes that no other test uses.
func mailOf(n int) string {
	local := strings.ReplaceAll(uuid.NewString(), "-", "") // 32 bytes
	rest := n - len(local) - len("@") - len(".example")
	var labels []string
	for rest > 0 {
		size := min(rest, 50)
		if rest-size == 1 {
			size-- // a label after the dot needs a byte
		}
		labels = append(labels, strings.Repeat("b", size))
		rest -= size + 1
	}
	return local + "@" + strings.Join(labels, ".") + ".example"
}

func testBadBodies(t *testing.T) {
	require.Len(t, mailOf(254), 254)
	tests := map[string]struct {
		body   string
		header map[string]string
		status int // 400 unless it says otherwise
	}{
		"none":                       {body: ""},
		"null":                       {body: "null"},
		"an array":                   {body: "[]"},
		"a string":                   {body: `"x"`},
		"a number":                   {body: "1"},
		"an empty object":            {body: "{}"},
		"truncated":                  {body: `{"name":"Ada","email":"a@`},
		"bytes behind it":            {body: input(address()) + "x"},
		"another object behind it":   {body: input(address()) + input(address())},
		"a member twice":             {body: `{"name":"Ada","name":"Eve","email":"` + address() + `"}`},
		"an unknown member":          {body: `{"name":"Ada","email":"` + address() + `","admin":true}`},
		"a member in other case":     {body: `{"Name":"Ada","email":"` + address() + `"}`},
		"invalid UTF-8":              {body: `{"name":"A` + "\xff" + `a","email":"` + address() + `"}`},
		"10,000 deep":                {body: strings.Repeat(`{"name":`, 10_000) + "1" + strings.Repeat("}", 10_000)},
		"10,000 arrays deep":         {body: `{"name":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}"},
		"1 MB of name":               {body: named(strings.Repeat("a", 1<<20))},
		"1 MB of white space":        {body: input(address()) + strings.Repeat(" ", 1<<20), status: http.StatusRequestEntityTooLarge},
		"text/plain":                 {body: input(address()), header: map[string]string{"Content-Type": "text/plain"}, status: http.StatusUnsupportedMediaType},
		"a form":                     {body: input(address()), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: http.StatusUnsupportedMediaType},
		"a name that is a number":    {body: `{"name":1,"email":"` + address() + `"}`},
		"an age that is a string":    {body: aged(`"36"`)},
		"age null":                   {body: aged("null")},
		"age 17":                     {body: aged("17")},
		"age 121":                    {body: aged("121")},
		"age 18.5":                   {body: aged("18.5")},
		"age 1e400":                  {body: aged("1e400")},
		"age -1":                     {body: aged("-1")},
		"age true":                   {body: aged("true")},
		"age NaN":                    {body: aged("NaN")},
		"a name of 1":                {body: named("a")},
		"a name of 1 and spaces":     {body: named("  a  ")},
		"a name of spaces":           {body: named("     ")},
		"a name of 101":              {body: named(strings.Repeat("a", 101))},
		"a name of 101 emoji":        {body: named(strings.Repeat("😀", 101))},
		"a name of 101 with accents": {body: named(strings.Repeat("e\u0301", 50) + "e")},
		"no address":                 {body: `{"name":"Ada"}`},
		"an address without @":       {body: mailed("ada.example.com")},
		"an address with two @":      {body: mailed("ada@home@example.com")},
		"an address with a space":    {body: mailed("ada lovelace@example.com")},
		"an address in spaces":       {body: mailed(" ada@example.com ")},
		"an address with a newline":  {body: mailed("ada@example.com\n")},
		"an address of 255":          {body: mailed(mailOf(255))},
		"an idempotency key of 256":  {body: input(address()), header: map[string]string{"Idempotency-Key": strings.Repeat("k", 256)}},
	}
	target := "/users/" + create(t).ID
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := test.status
			if status == 0 {
				status = http.StatusBadRequest
			}
			call(t, request{method: "POST", target: "/users", body: test.body, header: test.header}).fails(t, status)
			if test.header["Idempotency-Key"] == "" {
				call(t, request{method: "PUT", target: target, body: test.body, header: test.header}).fails(t, status)
			}
		})
	}
}

func testGoodBodies(t *testing.T) {
	tests := map[string]struct {
		body string
		want string // the name that is kept
	}{
		"a name of 2":                {named("Al"), "Al"},
		"a name of 100":              {named(strings.Repeat("a", 100)), strings.Repeat("a", 100)},
		"a name of 100 emoji":        {named(strings.Repeat("😀", 100)), strings.Repeat("😀", 100)},
		"a name of 100 with accents": {named(strings.Repeat("e\u0301", 50)), ""},
		"a name in spaces":           {named("  Ada  "), "Ada"},
		"age 18":                     {aged("18"), "Ada"},
		"age 120":                    {aged("120"), "Ada"},
		"an address of 254":          {mailed(mailOf(254)), "Ada"},
		"white space around it":      {" \n" + mailed(address()) + "\r\n", "Ada"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := call(t, request{method: "POST", target: "/users", body: test.body}).user(t, http.StatusCreated)
			if test.want != "" {
				assert.Equal(t, test.want, u.Name)
			}
		})
	}
	a := call(t, request{method: "POST", target: "/users", body: input(address()), header: map[string]string{"Content-Type": "application/json; charset=utf-8"}})
	a.user(t, http.StatusCreated)
}

// testEvents sends what no client can through the emulator's API Gateway.
func testEvents(t *testing.T) {
	base64Body := base64.StdEncoding.EncodeToString([]byte(input(address())))
	tests := map[string]struct {
		event  string
		status int
	}{
		"a null body":                 {event(`null`, false), http.StatusBadRequest},
		"a base64 body":               {event(quote(base64Body), true), http.StatusCreated},
		"a base64 body that is none":  {event(quote("%%%"), true), http.StatusBadRequest},
		"invalid UTF-8 in base64":     {event(quote(base64.StdEncoding.EncodeToString([]byte("{\"name\":\"A\xff\"}"))), true), http.StatusBadRequest},
		"no header, so JSON":          {`{"resource":"/users","httpMethod":"POST","headers":null,"body":` + quote(input(address())) + `,"requestContext":{"requestId":` + quote(uuid.NewString()) + `,"authorizer":` + authorizer + `}}`, http.StatusCreated},
		"an object that is no event":  {`{}`, http.StatusUnauthorized},
		"an event of another service": {`{"Records":[{"eventSource":"aws:s3"}]}`, http.StatusUnauthorized},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.status, invoke(t, "createUser", test.event).status)
		})
	}
}

// authorizer is what API Gateway adds to an event of a caller with all rights.
const authorizer = `{"principalId":"jwt:e2e","sub":"e2e","scope":"users:read users:write","kind":"jwt"}`

func event(body string, isBase64 bool) string {
	return fmt.Sprintf(`{"resource":"/users","path":"/users","httpMethod":"POST","headers":{"content-type":"application/json"},`+
		`"requestContext":{"requestId":%q,"authorizer":%s},"body":%s,"isBase64Encoded":%t}`, uuid.NewString(), authorizer, body, isBase64)
}

func quote(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(data)
}

func testBadIDs(t *testing.T) {
	u := create(t)
	for name, id := range map[string]string{
		"another user's":          uuid.NewString(),
		"no UUID":                 "1",
		"a reservation":           "email%23" + strings.ReplaceAll(u.Email, "@", "%40"),
		"an idempotency record":   "idempotency%23" + strings.Repeat("0", 64),
		"in braces":               "%7B" + u.ID + "%7D",
		"without hyphens":         strings.ReplaceAll(u.ID, "-", ""),
		"with a byte too many":    u.ID + "0",
		"with a space":            u.ID + "%20",
		"NUL":                     "%00",
		"invalid UTF-8":           "%ff",
		"a path upwards":          "..%2F..%2Fetc",
		"10,000 bytes":            strings.Repeat("a", 10_000),
		"another letter's digits": "١" + u.ID[1:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []request{
				{method: "GET", target: "/users/" + id},
				{method: "PUT", target: "/users/" + id, body: input(address())},
				{method: "DELETE", target: "/users/" + id},
			} {
				call(t, r).fails(t, http.StatusNotFound)
			}
		})
	}
}

func testBadQueries(t *testing.T) {
	create(t)
	create(t)
	cursor := call(t, request{method: "GET", target: "/users?limit=1"}).page(t).NextCursor
	require.NotEmpty(t, cursor)
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=101", "limit=abc", "limit=", "limit=1.5", "limit=1e1", "limit=99999999999999999999", "limit=1&limit=2",
		"cursor=" + cursor[:len(cursor)-1], "cursor=" + cursor + "A", "cursor=x", "cursor=%00",
		"cursor=" + encode(`{"id":"x"}`), "cursor=" + encode(uuid.NewString()), "cursor=" + encode(strings.Repeat("\x00", 20)),
		"email=nobody", "email=", "email=a%40b%40c.example", "email=%ff", "nonsense=1",
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			f := call(t, request{method: "GET", target: "/users?" + query}).fails(t, http.StatusBadRequest)
			name, _, _ := strings.Cut(query, "=")
			if assert.Len(t, f.Details, 1) {
				assert.Equal(t, name, f.Details[0].Field)
			}
		})
	}
}
