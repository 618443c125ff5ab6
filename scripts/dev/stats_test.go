package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ran is a run file, made by what `make dev` makes it with.
func ran(show func(*screen)) string {
	var out strings.Builder
	s := newScreen(&out, true)
	s.ready("http://127.0.0.1:3000")
	show(s)
	return out.String()
}

// served has a function answer a request.
func served(s *screen, function, route string, status int, ms float64, cold bool) {
	kinds := map[bool]int{true: 1}
	quoted, err := json.Marshal(route)
	if err != nil {
		panic(err) // a text always encodes
	}
	line := fmt.Sprintf(`{"function_name":"users-api-local-%s","route":%s,"status":%d,"correlation_id":"c","cold_start":%t,`+
		`"Requests":1,"ClientErrors":%d,"Errors":%d,"RequestDuration":%g,"ColdStart":%d}`,
		function, quoted, status, cold, kinds[status >= 400 && status < 500], kinds[status >= 500], ms, kinds[cold])
	s.exchange(exchange{Status: status, Correlation: "c"}, []logLine{parseLog(function, time.Time{}, line)})
}

// decided has the authorizer answer: allowed, or denied for a reason.
func decided(s *screen, reason string, cold int) {
	decision := `"Allowed":1`
	if reason != "" {
		decision = fmt.Sprintf(`"Denied":1,"reason":%q`, reason)
	}
	line := fmt.Sprintf(`{"function_name":"users-api-local-authorizer","Errors":0,"RequestDuration":0.5,"ColdStart":%d,%s}`, cold, decision)
	s.log(parseLog("authorizer", time.Time{}, line))
}

func TestStatsAddUp(t *testing.T) {
	t.Parallel()
	file := ran(func(s *screen) {
		for ms := range 100 {
			served(s, "getUser", "GET /users/{id}", 200, float64(100-ms), ms == 0)
		}
		served(s, "createUser", "POST /users", 201, 7, true)
		served(s, "createUser", "POST /users", 409, 8, false)
		served(s, "createUser", "", 503, 9, false) // as below LOG_LEVEL
		served(s, "deleteUser", "", 204, 1, true)
		decided(s, "", 1)
		decided(s, "expired", 0)
		decided(s, "expired", 0)
		decided(s, "api_key", 0)
		s.exchange(exchange{Status: 401}, nil)
		s.exchange(exchange{Status: 401}, nil)
		s.exchange(exchange{Status: 404}, nil)
		s.exchange(exchange{Status: 200, Correlation: "late"}, nil) // its line comes alone
		s.log(parseLog("getUser", time.Time{}, `{"message":"initialisation failed"}`))
		s.log(parseLog("getUser", time.Time{}, "fatal error: all goroutines are asleep"))
		s.say("replaced getUser in 3 s")
	})
	s, err := readStats(strings.NewReader(file + `{"event":"requ`))
	require.NoError(t, err)
	text, err := json.Marshal(s)
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(text, &got))
	assert.NotEmpty(t, got["since"])
	delete(got, "since")
	text, err = json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"url": "http://127.0.0.1:3000",
		"routes": [
			{"route":"GET /users/{id}","count":100,"errors":0,"errorRate":0,"clientErrors":0,"coldStarts":1,"p50Ms":50,"p90Ms":90,"p99Ms":99},
			{"route":"POST /users","count":3,"errors":1,"errorRate":0.3333333333333333,"clientErrors":1,"coldStarts":1,"p50Ms":8,"p90Ms":9,"p99Ms":9},
			{"route":"users-api-local-deleteUser","count":1,"errors":0,"errorRate":0,"clientErrors":0,"coldStarts":1,"p50Ms":1,"p90Ms":1,"p99Ms":1}
		],
		"all": {"route":"all","count":104,"errors":1,"errorRate":0.009615384615384616,"clientErrors":1,"coldStarts":3,"p50Ms":48,"p90Ms":90,"p99Ms":99},
		"authorizer": {"route":"authorizer","count":4,"errors":0,"errorRate":0,"clientErrors":0,"coldStarts":1,"p50Ms":0.5,"p90Ms":0.5,"p99Ms":0.5,
			"allowed":1,"denied":{"expired":2,"api_key":1}},
		"gateway": {"401":2,"404":1}
	}`, string(text))
}

func TestStatsAreReadable(t *testing.T) {
	t.Parallel()
	show := func(file string) string {
		s, err := readStats(strings.NewReader(file))
		require.NoError(t, err)
		s.Since = at("07:43:46.000")
		var out strings.Builder
		require.NoError(t, s.write(&out))
		return out.String()
	}
	heading := "http://127.0.0.1:3000 since " + at("07:43:46.000").Local().Format(time.TimeOnly) + "\n\n"
	assert.Equal(t, heading+
		"  count  5xx  5xx %  4xx  p50 ms  p90 ms  p99 ms  cold  route\n"+
		"      1    0    0.0    0    12.3    12.3    12.3     1  GET /users\n"+
		"      2    1   50.0    1     7.0     8.0     8.0     0  \"POST \\x1b[2J\"\n"+
		"      3    1   33.3    1     8.0    12.3    12.3     1  all\n"+
		"      2    0    0.0    0     0.5     0.5     0.5     0  authorizer\n"+
		"\n"+
		"authorizer: 1 allowed, 1 denied (expired 1)\n"+
		"answered by API Gateway itself: 3 (401 2, 404 1)\n",
		show(ran(func(s *screen) {
			served(s, "listUsers", "GET /users", 200, 12.34, true)
			served(s, "createUser", "POST \x1b[2J", 409, 7, false)
			served(s, "createUser", "POST \x1b[2J", 500, 8, false)
			decided(s, "", 0)
			decided(s, "expired", 0)
			for _, status := range []int{404, 401, 401} {
				s.exchange(exchange{Status: status}, nil)
			}
		})))
	assert.Equal(t, heading+"no request yet\n", show(ran(func(*screen) {})))
}

func TestPercentileIsExact(t *testing.T) {
	t.Parallel()
	one, two, ten := []float64{3}, []float64{1, 2}, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, test := range []struct {
		values  []float64
		p, want float64
	}{
		{nil, 50, 0}, {one, 50, 3}, {one, 99, 3}, {two, 50, 1}, {two, 90, 2}, {ten, 50, 5}, {ten, 90, 9}, {ten, 99, 10}, {ten, 0, 1}, {ten, 100, 10},
	} {
		assert.Equal(t, test.want, percentile(test.values, test.p), "p%v of %v", test.p, test.values)
	}
}

func TestStatsOfWhatHasNotBegunSayWhatToDo(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	_, err := local(t, state, "stats")
	assert.ErrorContains(t, err, "start it with `make dev`")

	lock := flock.New(filepath.Join(state, "lock")) // as a running `make dev` has it
	require.NoError(t, lock.Lock())
	defer lock.Unlock()
	require.NoError(t, os.WriteFile(filepath.Join(state, "emulator.port"), []byte("1"), 0o644))
	_, err = local(t, state, "stats")
	assert.ErrorIs(t, err, errStarting)

	file := filepath.Join(state, runFile)
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err = local(t, state, "stats")
	assert.ErrorIs(t, err, errStarting)

	require.NoError(t, os.WriteFile(file, []byte("what is this?"), 0o644))
	_, err = local(t, state, "stats")
	assert.ErrorContains(t, err, runFile+": invalid character")

	require.NoError(t, os.WriteFile(file, []byte(ran(func(s *screen) { decided(s, "", 0) })), 0o644))
	out, err := local(t, state, "stats")
	require.NoError(t, err)
	assert.Contains(t, out, "1 allowed, 0 denied\n")
	out, err = local(t, state, "stats", "-json")
	require.NoError(t, err)
	assert.True(t, json.Valid([]byte(out)), out)
}
