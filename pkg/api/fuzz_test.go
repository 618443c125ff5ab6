package api_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
)

func FuzzBody(f *testing.F) {
	for _, s := range []string{`{"name":"Ann","email":"ann@example.com"}`, `{"a":1,"a":2}`, `[]`, `{"\ud800":1}`, "{\"\xff\":1}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := api.Decode(&api.Request{Body: string(body)})
		if err != nil {
			assert.NotEqual(t, apperr.Internal, apperr.KindOf(err))
			return
		}
		var reference map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &reference), "Decode accepts what encoding/json refuses")
		assert.Len(t, members, len(reference))
	})
}

func FuzzIfMatch(f *testing.F) {
	for _, s := range []string{`"1"`, `W/"1", "2"`, `*`, `,,"1"`, `"`, `W/`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		c, err := request(t, `{"headers":{"If-Match":`+quoted(value)+`}}`).Conditions()
		if err != nil {
			assert.Equal(t, apperr.Invalid, apperr.KindOf(err))
			return
		}
		c.Allows(1)
		c.Expected()
	})
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, s := range []string{"", "k", "a b", "é", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		key, err := request(t, `{"headers":{"Idempotency-Key":`+quoted(value)+`}}`).IdempotencyKey()
		if err != nil {
			assert.Equal(t, apperr.Invalid, apperr.KindOf(err))
			return
		}
		assert.LessOrEqual(t, len(key), 255)
	})
}
