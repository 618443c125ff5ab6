package e2e

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// leaks are values, in lower case, that must not be in some texts.
type leaks map[string]bool

// add takes a value with the forms that it may have in a text. What is too short or
// too plain would be found where nobody put it.
func (l *leaks) add(value string) {
	if *l == nil {
		*l = leaks{}
	}
	letters := map[rune]bool{}
	for _, r := range value {
		letters[r] = true
	}
	if len(value) < 8 || len(letters) < 4 {
		return
	}
	quoted := quote(value)
	for _, form := range []string{value, quoted[1 : len(quoted)-1], url.QueryEscape(value), url.PathEscape(value)} {
		(*l)[strings.ToLower(form)] = true
	}
}

// credential takes a value of Authorization: the whole, and the parts of a token.
func (l *leaks) credential(header string) {
	fields := strings.Fields(header)
	if len(fields) == 0 {
		return
	}
	value := fields[len(fields)-1] // behind the scheme
	l.add(value)
	for part := range strings.SplitSeq(value, ".") {
		l.add(part)
	}
}

// name is a name in a body, as JSON.
var name = regexp.MustCompile(`"name":("(?:[^"\\]|\\.)*")`)

// body takes the names and the addresses of a body.
func (l *leaks) body(text string) {
	for _, found := range name.FindAllStringSubmatch(text, -1) {
		var value string
		if json.Unmarshal([]byte(found[1]), &value) == nil {
			l.add(value)
		}
	}
	l.addresses(text)
}

// target takes the addresses of a path or a query.
func (l *leaks) target(target string) {
	if plain, err := url.QueryUnescape(target); err == nil {
		l.addresses(plain)
	}
}

// addresses takes the addresses of a text, but those of address(): ours tells them by
// their form.
func (l *leaks) addresses(text string) {
	for _, found := range mail.FindAllString(text, -1) {
		if !ours.MatchString(strings.ToLower(found)) {
			l.add(found)
		}
	}
}

// mail is a mail address, or nearly one, in any text that is not escaped.
var mail = regexp.MustCompile(`[^\s"\\:?&=/]+@[^\s"\\&]+`)

// ours is what the addresses have that address() makes.
var ours = regexp.MustCompile(`e2e-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// in lists those of the values that a text has, with what stands around them.
func (l leaks) in(text string) []string {
	text = strings.ToLower(text)
	var found []string
	for value := range l {
		if at := strings.Index(text, value); at >= 0 {
			found = append(found, around(text, at, len(value)))
		}
	}
	return found
}

func around(text string, at, length int) string {
	const context = 200
	return strings.ToValidUTF8(text[max(0, at-context):min(len(text), at+length+context)], "")
}

// testNothingLeaks looks through all that the run has written for what must not be
// there: credentials anywhere, and people anywhere but in the bodies of answers that
// are about them.
func testNothingLeaks(t *testing.T) {
	secrets, people := secretsOfTheStage(t), leaks{}
	ledger.Lock()
	defer ledger.Unlock()
	for value := range ledger.secrets {
		secrets[value] = true
	}
	for value := range ledger.people {
		people[value] = true
	}
	require.Greater(t, len(secrets), 20)
	require.Greater(t, len(people), 50)
	texts := map[string]string{"an answer that is an error, or a header": ledger.errors.String()}
	for i, run := range runs {
		texts["make dev, started as number "+string(rune('1'+i))] = run.out.String()
	}
	// The emulator's own log, CloudWatch Logs, which it has saved, and what `make
	// stats` reads.
	for _, file := range []string{".local/emulator.log", ".local/state/cloudwatch_logs.json", ".local/run.jsonl"} {
		data, err := os.ReadFile(filepath.Join(checkout, file))
		require.NoError(t, err)
		texts[file] = string(data)
	}
	for where, text := range texts {
		assert.NotEmpty(t, text, where)
		assert.Empty(t, secrets.in(text), "%s has a credential", where)
		assert.Empty(t, people.in(text), "%s has a name or an address", where)
		if at := ours.FindStringIndex(strings.ToLower(text)); at != nil {
			assert.Fail(t, where+" has an address", around(text, at[0], at[1]-at[0]))
		}
		assert.NotContains(t, text, "DATA RACE", where)
	}
	assert.Empty(t, secrets.in(ledger.answers.String()), "an answer has a credential")
}

// secretsOfTheStage are what the local stage's secret holds, and every token.
func secretsOfTheStage(t *testing.T) leaks {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(checkout, ".local/secret.json"))
	require.NoError(t, err)
	var secret map[string]string
	require.NoError(t, json.Unmarshal(data, &secret))
	all := leaks{}
	for _, value := range secret {
		all.add(value)
		for part := range strings.SplitSeq(value, ":") { // name:hash:scopes
			if len(part) >= 32 {
				all.add(part)
			}
		}
	}
	require.NotEmpty(t, all)
	tokens.Range(func(key, _ any) bool {
		subject, scopes, _ := strings.Cut(key.(string), "\x00")
		all.credential(token(t, subject, scopes))
		return true
	})
	return all
}

func TestLeaksAreSeen(t *testing.T) {
	t.Parallel()
	var secrets, people leaks
	secrets.credential("Bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl")
	secrets.credential("ApiKey s3cr3t-k3y-0f-a-partner")
	secrets.credential("Bearer")
	people.body(`{"name":"Zoë \"Z\" Doe-Moe","email":"zoe.doe@home.example","age":36}`)
	people.target("/users?email=max%2Bmoritz%40home.example&limit=1")
	for _, text := range []string{
		"eyJhbGciOi", `"principal":"eyJzdWIiOi"`, "error: c2lnbmF0dXJl is bad", "S3CR3T-K3Y-0F-A-PARTNER", "Authorization: Bearer eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
	} {
		assert.NotEmpty(t, secrets.in("before "+text+" after"), text)
	}
	for _, text := range []string{
		`Zoë "Z" Doe-Moe`, `{"name":"Zoë \"Z\" Doe-Moe"}`, "ZOE.DOE@home.example", "?email=zoe.doe%40home.example", "max+moritz@home.example", "max%2Bmoritz%40home.example",
	} {
		assert.NotEmpty(t, people.in("before "+text+" after"), text)
	}
	assert.Empty(t, secrets.in("Bearer tokens are fine"))
	assert.Empty(t, people.in(`{"route":"GET /users","age":36}`))
	assert.Regexp(t, ours, address())
}
