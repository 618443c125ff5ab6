package localaws

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/repository"
)

// childState is set in the process that TestKilledParent starts and kills.
const childState = "LOCALAWS_TEST_CHILD_STATE"

func TestMain(m *testing.M) {
	if state := os.Getenv(childState); state != "" {
		child(state)
	}
	os.Exit(m.Run())
}

// child runs a server, prints its URL and what its functions write, and does not end by itself.
func child(state string) {
	root, err := checkout()
	if err != nil {
		panic(err)
	}
	s, err := Start(context.Background(), Options{Root: root, State: state, Output: func(function, line string) { fmt.Println(function, line) }})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.URL)
	<-s.Exited()
}

// checkout is the repository, with everything installed.
var checkout = sync.OnceValues(func() (string, error) {
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	return root, Install(context.Background(), root, os.Stderr)
})

// startServer starts one that ends with the test.
func startServer(t *testing.T, state string) *Server {
	t.Helper()
	root, err := checkout()
	require.NoError(t, err)
	s, err := Start(t.Context(), Options{Root: root, State: state})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Stop() })
	return s
}

func TestServersKeepTheirOwnState(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	first, second := startServer(t, state), startServer(t, t.TempDir())
	_, err := secretsmanager.NewFromConfig(first.Config()).CreateSecret(t.Context(),
		&secretsmanager.CreateSecretInput{Name: aws.String("name"), SecretString: aws.String("value")})
	require.NoError(t, err)
	read := func(s *Server) error {
		_, err := secretsmanager.NewFromConfig(s.Config()).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("name")})
		return err
	}
	assert.Error(t, read(second))

	url := first.URL
	require.NoError(t, first.Stop())
	require.NoError(t, first.Stop(), "stopping twice is no error")
	assert.False(t, isReady(url))

	again := startServer(t, state)
	assert.Equal(t, url, again.URL, "the port stays")
	assert.NoError(t, read(again))
}

func TestStateFolderIsUsedByOne(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	_, err := Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)

	s := startServer(t, state)
	url, err := Running(state)
	require.NoError(t, err)
	assert.Equal(t, s.URL, url)
	assert.FileExists(t, filepath.Join(state, "env"))
	_, err = Start(t.Context(), Options{Root: s.opts.Root, State: state})
	assert.ErrorIs(t, err, ErrRunning)
	assert.ErrorIs(t, Reset(state), ErrRunning)

	require.NoError(t, s.Stop())
	_, err = Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)
	assert.NoFileExists(t, filepath.Join(state, "env"))
	require.NoError(t, Reset(state))
	assert.NoDirExists(t, state)
}

func TestStartSaysWhyItCouldNot(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Root: t.TempDir(), State: t.TempDir()})
	assert.ErrorContains(t, err, "start the local AWS", "there is nothing installed below this root")
}

// TestKilledParent kills the process that runs a server, with a function in the middle
// of an invocation that never ends.
func TestKilledParent(t *testing.T) {
	t.Parallel()
	_, err := checkout()
	require.NoError(t, err)
	state := t.TempDir()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), childState+"="+state)
	stdout, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	t.Cleanup(func() { _ = parent.Process.Kill() })
	output := bufio.NewScanner(stdout)
	require.True(t, output.Scan())
	url := output.Text()
	invokeForever(t, url)
	require.True(t, output.Scan())
	assert.Equal(t, "forever begins", output.Text(), "what a function writes is handed on before it answers")

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // it was killed, which is its error
	assert.Eventually(t, func() bool { return !isReady(url) }, time.Minute, 20*time.Millisecond, "the server ends")
	assert.Eventually(t, func() bool {
		out, err := exec.Command("ps", "-axww", "-o", "command=").Output()
		return err == nil && !strings.Contains(string(out), state)
	}, time.Minute, 20*time.Millisecond, "and its function")
	assert.FileExists(t, filepath.Join(state, "state", "lambda.json"), "the state was saved")
}

// invokeForever invokes a function that never answers, and does not wait for it.
func invokeForever(t *testing.T, url string) {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	header := &zip.FileHeader{Name: "bootstrap"}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	require.NoError(t, err)
	_, err = entry.Write([]byte("#!/bin/sh\necho begins\nwhile :; do sleep 600; done\n"))
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	client := lambda.NewFromConfig(ConfigFor(url))
	_, err = client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("forever"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("x"),
		Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(600), Code: &types.FunctionCode{ZipFile: file.Bytes()},
	})
	require.NoError(t, err)
	_, err = client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("forever"), InvocationType: types.InvocationTypeEvent})
	require.NoError(t, err)
}
