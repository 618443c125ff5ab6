package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// sent is one request of the run, or one event that went to a function directly, and
// what came of it.
type sent struct {
	run      *process // the `make dev` that served it
	function string   // the one that it was meant for
	// answered says that the function gave the answer, and not API Gateway.
	answered    bool
	invoked     bool   // it was an event, which API Gateway knows nothing of
	correlation string // as the answer says it
	credential  bool   // there was one
	status      int
	requestID   string // in the body of an error
}

// ledger has all that the tests have sent: logs, metrics and `make stats` have to
// agree with it, and must not hold what is secret or private of it.
var ledger struct {
	sync.Mutex
	all []sent
	// answers are the answers as they came, and errors those of them that say what
	// is wrong.
	answers, errors strings.Builder
	secrets, people leaks
}

// enter puts a request and its answer into the ledger.
func enter(run *process, r request, credential string, a answer) {
	ledger.Lock()
	defer ledger.Unlock()
	s := sent{
		run: run, function: functionOf(r), credential: credential != "", status: a.status,
		correlation: a.header.Get("X-Correlation-Id"), requestID: requestIDOf(a.body),
	}
	s.answered = s.correlation != ""
	ledger.all = append(ledger.all, s)
	remember(a)
	ledger.secrets.credential(credential)
	ledger.people.body(r.body)
	ledger.people.target(r.target)
}

// enterInvocation puts an event that went to a function directly into the ledger, and
// what is written of its answer: some text, and the answer as JSON.
func enterInvocation(t *testing.T, function, event, output string) answer {
	t.Helper()
	_, object, ok := strings.Cut(output, "{")
	require.True(t, ok, output)
	var out struct {
		StatusCode int
		Headers    map[string]string
		Body       string
	}
	require.NoError(t, json.NewDecoder(strings.NewReader("{"+object)).Decode(&out), output)
	a := answer{status: out.StatusCode, header: http.Header{}, body: out.Body}
	for name, value := range out.Headers {
		a.header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	var in struct{ Body string }
	require.NoError(t, json.Unmarshal([]byte(event), &in))
	ledger.Lock()
	defer ledger.Unlock()
	ledger.all = append(ledger.all, sent{
		run: dev, function: function, answered: true, invoked: true, status: a.status,
		correlation: a.header.Get("X-Correlation-Id"), requestID: requestIDOf(a.body),
	})
	remember(a)
	ledger.people.body(in.Body)
	return a
}

// remember keeps an answer's text.
func remember(a answer) {
	for _, text := range []*strings.Builder{&ledger.answers, &ledger.errors} {
		for name, values := range a.header {
			text.WriteString(name + ": " + strings.Join(values, ", ") + "\n")
		}
	}
	ledger.answers.WriteString(a.body + "\n")
	if a.status >= http.StatusBadRequest {
		ledger.errors.WriteString(a.body + "\n")
	}
}

// entered is a copy of what was sent so far.
func entered() []sent {
	ledger.Lock()
	defer ledger.Unlock()
	return append([]sent(nil), ledger.all...)
}

// functionOf is the function of a request's route.
func functionOf(r request) string {
	path, _, _ := strings.Cut(r.target, "?")
	if path == "/users" {
		return map[string]string{"GET": "listUsers", "POST": "createUser"}[r.method]
	}
	return map[string]string{"GET": "getUser", "PUT": "updateUser", "DELETE": "deleteUser"}[r.method]
}

// routes are the functions', as lines and `make stats` name them.
var routes = map[string]string{
	"listUsers": "GET /users", "createUser": "POST /users", "getUser": "GET /users/{id}", "updateUser": "PUT /users/{id}", "deleteUser": "DELETE /users/{id}",
}

func requestIDOf(body string) string {
	var f failure
	_ = json.Unmarshal([]byte(body), &f) // a user has none, and 204 no body
	return f.RequestID
}

// logged is a line that a function wrote, as `make dev` shows it: an object as it was
// written, or a text.
type logged struct {
	raw    string
	fields map[string]any // nil for a text
}

func (l *logged) UnmarshalJSON(data []byte) error {
	l.raw = string(data)
	_ = json.Unmarshal(data, &l.fields) // a text has none
	return nil
}

func (l logged) text(key string) string {
	s, _ := l.fields[key].(string)
	return s
}

// function is the key of the function that wrote the line.
func (l logged) function() string {
	return strings.TrimPrefix(l.text("function_name"), "users-api-local-")
}

// linesOf are the lines that a run has shown so far.
func linesOf(run *process) []logged {
	var all []logged
	for _, e := range run.out.events() {
		all = append(all, e.Logs...)
		if e.Event == "log" {
			all = append(all, e.Log)
		}
	}
	return all
}

// allShown waits until the present run has shown a line for each answer of a function.
func allShown(t *testing.T) {
	t.Helper()
	want := 0
	for _, s := range entered() {
		if s.run == dev && s.answered {
			want++
		}
	}
	eventually(t, func() bool {
		shown := 0
		for _, line := range linesOf(dev) {
			if line.fields["Requests"] != nil {
				shown++
			}
		}
		return shown >= want
	}, "every answer of a function has its line")
}
