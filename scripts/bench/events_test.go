package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func decodeEvent(t *testing.T, text string) event {
	t.Helper()
	var e event
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	return e
}

func TestEventFile(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "functions/get-user/testdata/get.json", eventFile("functions/get-user"))
	assert.Equal(t, "functions/authorizer/testdata/bearer.json", eventFile("functions/authorizer"))
}

func TestAnEventIsForAUserOfTheRun(t *testing.T) {
	t.Parallel()
	e := decodeEvent(t, `{"httpMethod":"PUT","path":"/users/old-id","pathParameters":{"id":"old-id"},
		"headers":{"If-Match":"\"1\"","If-None-Match":"\"1\"","Host":"h"},"multiValueHeaders":{"If-Match":["\"1\""],"Idempotency-Key":["k"]},
		"body":"{\"name\":\"Ann\",\"email\":\"old@example.com\"}"}`)
	text, err := e.with(benchUser{ID: "new-id", Email: "new@example.com", Version: 7})
	require.NoError(t, err)
	got := decodeEvent(t, string(text))
	assert.Equal(t, "/users/new-id", got["path"])
	assert.Equal(t, map[string]any{"id": "new-id"}, got["pathParameters"])
	assert.Equal(t, map[string]any{"Host": "h", "If-Match": `"7"`}, got["headers"])
	assert.Equal(t, map[string]any{"If-Match": []any{`"7"`}}, got["multiValueHeaders"])
	assert.JSONEq(t, `{"name":"Ann","email":"new@example.com"}`, got["body"].(string))
	assert.Contains(t, e["headers"], "If-None-Match", "the file's event stays as it is")
}

func TestAnEventWithoutABodyKeepsNone(t *testing.T) {
	t.Parallel()
	text, err := decodeEvent(t, `{"httpMethod":"GET","pathParameters":null,"body":null}`).with(benchUser{})
	require.NoError(t, err)
	got := decodeEvent(t, string(text))
	assert.Contains(t, got, "body")
	assert.Nil(t, got["body"])
}

func TestTheAuthorizersEventHasAGoodToken(t *testing.T) {
	t.Parallel()
	text, err := decodeEvent(t, `{"type":"TOKEN","methodArn":"arn","authorizationToken":"Bearer old"}`).withToken(time.Now())
	require.NoError(t, err)
	got := decodeEvent(t, string(text))
	token, err := jwt.Parse(got["authorizationToken"].(string)[len("Bearer "):], func(*jwt.Token) (any, error) {
		return []byte(benchSecret), nil
	}, jwt.WithExpirationRequired())
	require.NoError(t, err)
	assert.Equal(t, "HS256", token.Method.Alg())
	assert.GreaterOrEqual(t, len(benchSecret), 32)
}

func TestOnlySuccessIsMeasured(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer, want string
	}{
		{"created", `{"statusCode":201,"body":"{}"}`, ""},
		{"allowed", `{"principalId":"a","policyDocument":{"Statement":[{"Effect":"Allow"}]}}`, ""},
		{"denied", `{"principalId":"a","policyDocument":{"Statement":[{"Effect":"Deny"}]}}`, "no success"},
		{"conflict", `{"statusCode":409,"body":"taken"}`, "taken"},
		{"no JSON", `oops`, "no JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := checkAnswer([]byte(tt.answer))
			if tt.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestEnvironLaterLayersWin(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"A=2", "B=1"}, environ(map[string]string{"A": "1", "B": "1"}, map[string]string{"A": "2"}))
}
