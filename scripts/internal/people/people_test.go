package people

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/user"
)

const many = 20_000

func TestEveryoneIsAUserWithAnAddressOfTheirOwn(t *testing.T) {
	t.Parallel()
	addresses := map[string]int{}
	for _, seed := range []uint64{0, 1, 1<<64 - 1} {
		for n := range many {
			i := n
			if n%100 == 99 {
				i = 1<<31 - n // as many as a run may ask for
			}
			in := At(seed, i)
			trimmed := in
			require.NoError(t, trimmed.Validate(), "%d of seed %d: %+v", i, seed, in)
			require.Equal(t, in, trimmed, "the name has no white space around it")
			address, err := user.NormalizeEmail(in.Email)
			require.NoError(t, err)
			other, taken := addresses[address]
			require.False(t, taken, "%q is the address of %d and of %d of seed %d", address, other, i, seed)
			addresses[address] = i
		}
	}
}

func TestTheSameOnesEveryTime(t *testing.T) {
	t.Parallel()
	assert.Equal(t, At(7, 42), At(7, 42))
	age := 69
	assert.Equal(t, user.Input{Name: "Wojciech Novák", Email: "wojciechnovak.0000009@दफ़्तर.example", Age: &age}, At(0, 9),
		"whom an earlier version wrote this one must make up again, or it cannot go on where that one was")
}

func TestTheyDiffer(t *testing.T) {
	t.Parallel()
	names, ages, none := map[string]bool{}, map[int]bool{}, 0
	shortest, longest, longestEmail := user.MaxNameLength, 0, 0
	scripts := map[string]bool{}
	for i := range many {
		in := At(0, i)
		names[in.Name] = true
		shortest, longest = min(shortest, utf8.RuneCountInString(in.Name)), max(longest, utf8.RuneCountInString(in.Name))
		longestEmail = max(longestEmail, len(in.Email))
		if in.Age == nil {
			none++
		} else {
			ages[*in.Age] = true
		}
		for _, r := range in.Name {
			for script, letters := range unicode.Scripts {
				if script != "Common" && script != "Inherited" && r > unicode.MaxASCII && !scripts[script] && unicode.Is(letters, r) {
					scripts[script] = true
				}
			}
		}
	}
	assert.Greater(t, len(names), many/5)
	assert.Equal(t, user.MinNameLength, shortest)
	assert.Greater(t, longest, 50)
	assert.Greater(t, longestEmail, 110)
	assert.InDelta(t, 0.3, float64(none)/many, 0.02)
	assert.Greater(t, len(ages), 60)
	assert.Contains(t, ages, user.MinAge)
	assert.Contains(t, ages, user.MaxAge)
	assert.GreaterOrEqual(t, len(scripts), 20, "%v", scripts)
}

func TestLikeIsAsLong(t *testing.T) {
	t.Parallel()
	for i := range 1000 {
		one, other := At(3, i), Like(3, i, 9_999_999-i)
		require.Equal(t, one.Name, other.Name)
		require.Equal(t, one.Age, other.Age)
		require.Len(t, other.Email, len(one.Email))
		require.NotEqual(t, one.Email, other.Email)
	}
}
