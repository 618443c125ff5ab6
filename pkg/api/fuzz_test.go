package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
	"users-api/pkg/apperr"
)

func time0() time.Time { return time.Unix(0, 0) }

// readAll is a handler that reads all there is in a request.
func readAll(_ context.Context, r *api.Request) (api.Response, error) {
	if _, err := r.Conditions(); err != nil {
		return api.Response{}, err
	}
	if _, err := r.IdempotencyKey(); err != nil {
		return api.Response{}, err
	}
	if _, _, err := r.QueryValue("limit"); err != nil {
		return api.Response{}, err
	}
	members, err := api.Decode(r)
	if err != nil {
		return api.Response{}, err
	}
	return api.JSON(200, len(members))
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(event(f, "post.json")))
	f.Add([]byte(`{"body":"{}","isBase64Encoded":true}`))
	f.Add([]byte(`{"multiValueHeaders":{"if-match":["*",""]},"requestContext":{"authorizer":{"principalId":1}}}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		log := &syncBuffer{}
		out, err := api.New(config, log, time0).Wrap(readAll).Invoke(t.Context(), payload)
		require.NoError(t, err)
		var a answer
		require.NoError(t, json.Unmarshal(out, &a))
		assert.Less(t, a.StatusCode, 500)
		assert.True(t, json.Valid([]byte(log.String())))
	})
}

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
		require.NoError(t, json.Unmarshal(body, &reference), "taken, but encoding/json does not")
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
		c.AllowWrite(1)
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
