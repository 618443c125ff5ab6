package fakeuser

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/user"
)

func TestUsersAreValidAndDiffer(t *testing.T) {
	t.Parallel()
	const many = 10_000
	names, addresses := map[string]bool{}, map[string]bool{}
	for i := range many {
		u := At([]uint64{0, 1, math.MaxUint64}[i%3], []int{i, math.MaxInt32 - i}[i%2])
		body, _ := json.Marshal(u)
		var members map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &members))
		in, err := user.ParseInput(members)
		require.NoError(t, err, "%s", body)
		assert.Equal(t, u.Name, in.Name, "seed writes it as it is")
		address, err := user.ParseEmail(u.Email)
		require.NoError(t, err)
		names[in.Name], addresses[address.Normalized()] = true, true
	}
	assert.Len(t, addresses, many)
	assert.Greater(t, len(names), many/2)
}

// By these addresses, seed finds the users that its earlier versions wrote.
func TestUsersStayTheSame(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "buck.hoffman.0-9@departments-and-offices.of-an-organisation-with-a-long-name.example", At(0, 9).Email)
	assert.Equal(t, "jo.4711-12@bücher.example", At(4711, 12).Email)
}
