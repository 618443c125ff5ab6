package user_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

var id7 = user.ID{UUID: uuid.MustParse("019aab7e-1a80-7c00-8000-000000000001")}

// input returns an input with an address that must be valid.
func input(t *testing.T, name, address string) user.Input {
	t.Helper()
	email, err := user.ParseEmail(address)
	require.NoError(t, err)
	return user.Input{Name: name, Email: email}
}

func TestNew(t *testing.T) {
	id, err := user.NewID()
	require.NoError(t, err)
	u := user.New(id, input(t, "Ann", "ann@example.com"))
	assert.Equal(t, id.Time(), u.CreatedAt)
	assert.Equal(t, u.CreatedAt, u.UpdatedAt)
	assert.EqualValues(t, 1, u.Version)
	assert.Equal(t, u, user.New(id, input(t, "Ann", "ann@example.com")), "the same id and input must make the same user")
}

func TestUserJSON(t *testing.T) {
	age := 30
	in := input(t, "Ann", "ann@example.com")
	in.Age = &age
	u := user.New(id7, in)
	got, err := json.Marshal(u)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"id":"019aab7e-1a80-7c00-8000-000000000001","name":"Ann","email":"ann@example.com","age":30,
		"createdAt":"2025-11-22T12:15:59.616Z","updatedAt":"2025-11-22T12:15:59.616Z","version":1}`, string(got))

	u.Age = nil
	got, err = json.Marshal(u)
	require.NoError(t, err)
	assert.NotContains(t, string(got), "age", "a missing age must not be null or 0")

	var back user.User
	require.NoError(t, json.Unmarshal(got, &back))
	assert.Equal(t, u, back)
}

func TestReplace(t *testing.T) {
	age := 30
	in := input(t, "Ann", "ann@example.com")
	in.Age = &age
	created := user.New(id7, in)
	later := time.Time(created.CreatedAt).Add(time.Minute)

	u := created.Replace(input(t, "Bea", "bea@example.com"), later.Add(999*time.Microsecond))
	assert.Equal(t, "Bea", u.Name)
	assert.Equal(t, "bea@example.com", u.Email)
	assert.Nil(t, u.Age, "an omitted age must be removed")
	assert.EqualValues(t, 2, u.Version)
	assert.Equal(t, created.CreatedAt, u.CreatedAt)
	assert.Equal(t, user.Time(later), u.UpdatedAt)

	behind := created.Replace(input(t, "Bea", "bea@example.com"), time.Time(created.CreatedAt).Add(-time.Hour))
	assert.Equal(t, created.UpdatedAt, behind.UpdatedAt, "UpdatedAt must not decrease")
}

func TestParseID(t *testing.T) {
	const canonical = "019aab7e-1a80-7c00-8000-000000000001"
	for _, good := range []string{canonical, "019AAB7E-1A80-7C00-8000-000000000001"} {
		got, err := user.ParseID(good)
		require.NoError(t, err)
		assert.Equal(t, canonical, got.String())
	}
	for _, bad := range []string{
		"", "1", "email#a@example.com", "email%23a@example.com", canonical + "0", canonical[:35],
		"{" + canonical + "}", "urn:uuid:" + canonical, "019aab7e1a807c008000000000000001",
		"019aab7e-1a80-7c00-8000-00000000000g", "../" + canonical, canonical + "\n",
	} {
		_, err := user.ParseID(bad)
		assert.Equal(t, apperr.NotFound, apperr.KindOf(err), "id %q", bad)
	}
}

func TestTime(t *testing.T) {
	tm := user.Time(time.Date(2026, 11, 22, 12, 0, 0, 1_999_999, time.FixedZone("CET", 3600)))
	assert.Equal(t, "2026-11-22T11:00:00.001Z", tm.String())
	back, err := user.ParseTime(tm.String())
	require.NoError(t, err)
	assert.Equal(t, tm.String(), back.String())
	_, err = user.ParseTime("yesterday")
	assert.Error(t, err)
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"", id7.String(), "email#a@example.com", "{" + id7.String() + "}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := user.ParseID(s)
		if err != nil {
			assert.Equal(t, apperr.NotFound, apperr.KindOf(err))
			return
		}
		again, err := user.ParseID(got.String())
		assert.NoError(t, err)
		assert.Equal(t, got, again)
	})
}
