package boot

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/api"
)

// readAll is a handler that reads everything in a request.
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
		out, err := New(config, log, time.Now).wrap(readAll).Invoke(t.Context(), payload)
		require.NoError(t, err)
		var a answer
		require.NoError(t, json.Unmarshal(out, &a))
		assert.Less(t, a.StatusCode, 500)
		assert.True(t, json.Valid([]byte(log.String())))
	})
}
