package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/testing/storetest"
)

func TestManyUsersOnTheLocalAWSAreWarnedOf(t *testing.T) {
	assert.Contains(t, table{local: true}.warning(manyUsers+1), "`make load` gets 503")
	assert.Empty(t, table{local: true}.warning(manyUsers)+table{}.warning(manyUsers+1))
}

// tests/e2e fills a table, in two runs.
func TestErrorsSayWhatToDo(t *testing.T) {
	for name, tt := range map[string]struct {
		table, unset, args string
		stopped            bool
		want               string
	}{
		"no users":       {args: "-n 0", want: "N=0, must be from 1 to 1000000000"},
		"no make dev":    {want: "TABLE_NAME is not set, and the local AWS is not running: start it with `make dev`"},
		"no region":      {table: "users", unset: "AWS_REGION", want: "it has no region; set AWS_PROFILE, or AWS_REGION"},
		"no credentials": {table: "users", unset: "AWS_ACCESS_KEY_ID", want: "; set AWS_PROFILE, or AWS_REGION"},
		"no table":       {table: "none", want: "there is no table none in us-east-1: deploy it first"},
		"Ctrl-C":         {table: "users", stopped: true, want: "stopped: run the same command to continue"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if tt.stopped {
					stop()
				}
				storetest.AnswerError(http.StatusBadRequest, "ResourceNotFoundException")(w, r, nil)
			}))
			defer server.Close()
			for name, value := range map[string]string{ // TABLE_NAME and everything that the SDK reads
				"TABLE_NAME": tt.table, "AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "",
				"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true",
				"AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
			} {
				t.Setenv(name, value)
			}
			if tt.unset != "" {
				t.Setenv(tt.unset, "")
			}
			assert.ErrorContains(t, run(ctx, strings.Fields(tt.args), io.Discard), tt.want)
		})
	}
}
