package localaws

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
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
const childState = "EMULATOR_TEST_CHILD_STATE"

func TestMain(m *testing.M) {
	if state := os.Getenv(childState); state != "" {
		child(state)
	}
	os.Exit(m.Run())
}

// child runs an emulator and does not end by itself.
func child(state string) {
	root, err := checkout()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	e, err := Start(context.Background(), Options{Root: root, State: state})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(e.URL)
	<-e.Exited()
	os.Exit(1)
}

// checkout is the repository, with everything installed.
var checkout = sync.OnceValues(func() (string, error) {
	root, err := repository.Root()
	if err != nil {
		return "", err
	}
	return root, Install(context.Background(), root, os.Stderr)
})

// startEmulator starts one that ends with the test.
func startEmulator(t *testing.T, state string) *Server {
	t.Helper()
	root, err := checkout()
	require.NoError(t, err)
	e, err := Start(t.Context(), Options{Root: root, State: state})
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.Stop() })
	return e
}

// processes are the command lines of all processes that name a folder.
func processes(t *testing.T, folder string) []string {
	t.Helper()
	out, err := exec.Command("ps", "-axww", "-o", "pid=,command=").Output()
	require.NoError(t, err)
	var found []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, folder) {
			found = append(found, line)
		}
	}
	return found
}

func answers(url string) bool {
	resp, err := http.Get(url + "/_ministack/ready")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func TestSeveralRunAtOnceAndKeepTheirOwnState(t *testing.T) {
	t.Parallel()
	states := []string{t.TempDir(), t.TempDir()}
	first, second := startEmulator(t, states[0]), startEmulator(t, states[1])
	secrets := secretsmanager.NewFromConfig(first.Config())
	require.NoError(t, putSecret(t.Context(), secrets, "name", "one"))
	require.NoError(t, putSecret(t.Context(), secrets, "name", "two"))

	value, err := getSecret(t.Context(), secretsmanager.NewFromConfig(second.Config()), "name")
	require.NoError(t, err)
	assert.Empty(t, value)

	url := first.URL
	require.NoError(t, first.Stop())
	require.NoError(t, first.Stop(), "stopping twice is no error")
	assert.False(t, answers(url))

	again := startEmulator(t, states[0])
	assert.Equal(t, url, again.URL, "the port stays")
	value, err = getSecret(t.Context(), secretsmanager.NewFromConfig(again.Config()), "name")
	require.NoError(t, err)
	assert.Equal(t, "two", value)
}

func TestAStateFolderIsUsedByOne(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	_, err := Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)

	e := startEmulator(t, state)
	url, err := Running(state)
	require.NoError(t, err)
	assert.Equal(t, e.URL, url)
	_, err = Start(t.Context(), Options{Root: e.opts.Root, State: state})
	assert.ErrorIs(t, err, ErrRunning)
	assert.ErrorIs(t, Reset(state), ErrRunning)

	require.NoError(t, e.Stop())
	_, err = Running(state)
	assert.ErrorIs(t, err, ErrNotRunning)
	write(t, state, "kept.txt", "not the emulator's")
	require.NoError(t, Reset(state))
	assert.NoDirExists(t, state+"/state")
	assert.FileExists(t, state+"/kept.txt")
}

// TestKilledParent kills the process that runs an emulator, with a function in the
// middle of an invocation that never ends.
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
	url, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	url = strings.TrimSpace(url)
	require.True(t, strings.HasPrefix(url, "http://127.0.0.1:"), url)
	invokeForever(t, url)
	require.Eventually(t, func() bool { return len(processes(t, state)) > 0 }, 20*time.Second, 20*time.Millisecond, "the function runs")

	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // killed, which it says
	assert.Eventually(t, func() bool { return !answers(url) }, 20*time.Second, 20*time.Millisecond, "the emulator ends")
	assert.Eventually(t, func() bool { return len(processes(t, state)) == 0 }, 20*time.Second, 20*time.Millisecond, "and its function")
	assert.FileExists(t, state+"/state/lambda.json", "the state was saved")
}

// invokeForever invokes a function that never answers, and does not wait for it.
func invokeForever(t *testing.T, url string) {
	t.Helper()
	client := lambda.NewFromConfig(ConfigFor(url))
	_, err := client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String("forever"), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("x"),
		Role: aws.String("arn:aws:iam::000000000000:role/r"), Timeout: aws.Int32(600),
		Code: &types.FunctionCode{ZipFile: bootstrap(t, "#!/bin/sh\nwhile :; do sleep 600; done\n")},
	})
	require.NoError(t, err)
	_, err = client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("forever"), InvocationType: types.InvocationTypeEvent})
	require.NoError(t, err)
}

// bootstrap is a Lambda package of one program.
func bootstrap(t *testing.T, program string) []byte {
	t.Helper()
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	header := &zip.FileHeader{Name: "bootstrap"}
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	require.NoError(t, err)
	_, err = entry.Write([]byte(program))
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	return file.Bytes()
}

func TestStartSaysWhyItCouldNot(t *testing.T) {
	t.Parallel()
	root := tree(t)
	_, err := Start(t.Context(), Options{Root: root, State: t.TempDir()})
	assert.ErrorContains(t, err, "start the local AWS", "there is nothing installed below this root")
}
