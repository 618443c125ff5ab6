package boot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
	"users-api/pkg/logline"
	"users-api/pkg/testing/linetest"
)

// example is a function and its first invocation after priming, whose line is in linetest/lines.
type example struct {
	function string
	config   func(*Config)
	primeErr error
	wrap     func(*Edge) lambda.Handler
}

var examples = map[string]example{
	"created": {function: "createUser", wrap: answering("POST", "/users", func(ctx context.Context) (api.Response, error) {
		logline.SetPrincipal(ctx, "jwt:ann")
		api.Annotate(ctx, "userId", "01a2075c-7345-7cda-a110-e9637e90cd3a")
		return api.Versioned(http.StatusCreated, 1, map[string]string{"id": "01a2075c-7345-7cda-a110-e9637e90cd3a"})
	})},
	"refused": {function: "getUser", wrap: answering("GET", "/users/{id}", func(ctx context.Context) (api.Response, error) {
		logline.SetPrincipal(ctx, "jwt:ann")
		return api.Response{}, apperr.Wrap(apperr.NotFound, "User not found", errors.New(`get user "01a2075c-7345-7cda-a110-e9637e90cd3a": no such item`))
	})},
	"failed": {
		function: "deleteUser",
		primeErr: errors.New("connect: connection refused"),
		wrap:     answering("DELETE", "/users/{id}", func(context.Context) (api.Response, error) { panic("index out of range") }),
	},
	"debug": {
		function: "listUsers",
		config:   func(c *Config) { c.Level = slog.LevelDebug },
		wrap: answering("GET", "/users", func(ctx context.Context) (api.Response, error) {
			logline.SetPrincipal(ctx, "api-key:billing")
			api.AnnotateDebug(ctx, "listed", 20)
			return api.JSON(http.StatusOK, map[string]any{"users": []any{}})
		}),
	},
	"allowed": {function: "authorizer", wrap: deciding(func(ctx context.Context) error {
		logline.SetPrincipal(ctx, "jwt:ann")
		logline.Annotate(ctx, "scope", "users:read users:write")
		logline.Annotate(ctx, "keyFaults", `kid "2024": RSA key of 1024 bits`)
		logline.Count(ctx, "Allowed")
		return nil
	})},
	"denied": {function: "authorizer", wrap: deciding(func(ctx context.Context) error {
		logline.Annotate(ctx, "keyFaults", "fetch the issuer's keys: GET https://issuer.example/keys: status 503")
		logline.Count(ctx, "KeysUnavailable")
		logline.Count(ctx, "Denied", slog.String("reason", "expired"))
		return apperr.Wrap(apperr.Unauthenticated, "Unauthorized", errors.New("expired"))
	})},
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers
	}
	return b
}

func answering(method, resource string, answer func(context.Context) (api.Response, error)) func(*Edge) lambda.Handler {
	return func(e *Edge) lambda.Handler {
		wrapped := e.wrap(func(ctx context.Context, _ *api.Request) (api.Response, error) { return answer(ctx) })
		event := mustJSON(map[string]any{
			"httpMethod": method, "resource": resource, "headers": map[string]string{"X-Correlation-Id": "order-4711"},
			"requestContext": map[string]string{"requestId": "7c1e2b9a-4f60-4b6e-9a0c-2f7d8e9b1a23"},
		})
		return invokerFunc(func(ctx context.Context, _ []byte) ([]byte, error) { return wrapped.Invoke(ctx, event) })
	}
}

func deciding(decide func(context.Context) error) func(*Edge) lambda.Handler {
	return func(e *Edge) lambda.Handler {
		return WrapFunc(e, func(ctx context.Context, _ struct{}) (struct{}, error) { return struct{}{}, decide(ctx) })
	}
}

// line returns the line that the example writes.
func (x example) line(t *testing.T) []byte {
	config := Config{
		Config:  logline.Config{Service: "example", Stage: "prod", Function: "example-prod-" + x.function},
		Origins: []string{"*"}, Priming: true,
	}
	if x.config != nil {
		x.config(&config)
	}
	now := time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)
	var log bytes.Buffer
	e := New(config, &log, func() time.Time { now = now.Add(time.Millisecond); return now })
	function := x.wrap(e)
	e.prime(time.Minute, []Prime{func(context.Context) error { return x.primeErr }})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "0d7c9f6e-5a3b-4c1d-8e2f-9a8b7c6d5e4f"})
	ctx = context.WithValue(ctx, "x-amzn-trace-id", "Root=1-69219b5a-1f2e3d4c5b6a798800112233;Sampled=0") //lint:ignore SA1029 aws-lambda-go's key
	_, _ = function.Invoke(ctx, []byte("{}"))                                                             // some examples fail
	return log.Bytes()
}

var update = flag.Bool("update", false, "rewrite the examples in linetest/lines")

// The examples in linetest/lines are what this package writes.
func TestExamples(t *testing.T) {
	t.Parallel()
	for name, x := range examples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, want := x.line(t), linetest.Example(name)
			if *update {
				text = stable(t, text, want)
				var pretty bytes.Buffer
				require.NoError(t, json.Indent(&pretty, text, "", "  "))
				require.NoError(t, os.WriteFile("../testing/linetest/lines/"+name+".json", pretty.Bytes(), 0o644))
				return
			}
			linetest.Check(t, text)
			assert.JSONEq(t, string(mustJSON(want)), string(stable(t, text, want)),
				"if the new line is right, run go test ./pkg/boot -run TestExamples -update")
		})
	}
}

// stable returns the line with the values that depend on the machine and its clock taken from the
// example.
func stable(t *testing.T, text []byte, example map[string]any) []byte {
	t.Helper()
	var line map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &line))
	for _, name := range []string{"stack", "remainingMs"} {
		if value, ok := line[name]; ok {
			text = bytes.Replace(text, value, mustJSON(example[name]), 1)
		}
	}
	return text
}
