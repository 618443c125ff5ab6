package dynamodblocal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parentVariable turns the test binary into a program that starts a server,
// prints its URL and never ends: the parent to be killed.
const parentVariable = "DYNAMODBLOCAL_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parentVariable) != "" {
		parent()
	}
	os.Exit(m.Run())
}

func parent() {
	s, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Endpoint())
	select {}
}

const gone = 10 * time.Second

func TestServerAnswersUntilItIsClosed(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context())
	require.NoError(t, err)
	assert.True(t, answers(t.Context(), s.Endpoint()))
	assert.True(t, running(t, s.port), "ps must show the server, or the checks below check nothing")

	require.NoError(t, s.Close())
	assert.False(t, answers(t.Context(), s.Endpoint()))
	assert.False(t, running(t, s.port))
	assert.NoError(t, s.Close(), "a second Close does nothing")
}

func TestServersAreApart(t *testing.T) {
	t.Parallel()
	var ports []int
	for range 2 {
		s, err := Start(t.Context())
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		ports = append(ports, s.port)
	}
	assert.NotEqual(t, ports[0], ports[1])
}

func TestServerEndsWithItsKilledParent(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parentVariable+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "the parent prints its server's URL")
	_, digits, err := net.SplitHostPort(strings.TrimPrefix(lines.Text(), "http://"))
	require.NoError(t, err)
	port, err := strconv.Atoi(digits)
	require.NoError(t, err)
	require.True(t, running(t, port))

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	assert.Eventually(t, func() bool { return !running(t, port) }, gone, 20*time.Millisecond)
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	_, err := Install(t.Context(), os.Stderr)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Start(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestALostPortIsTriedAgain(t *testing.T) {
	t.Parallel()
	dir, err := Install(t.Context(), os.Stderr)
	require.NoError(t, err)
	java, err := findJava()
	require.NoError(t, err)
	l, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer l.Close()

	s, err := launch([]string{java}, dir, l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, err)
	assert.ErrorIs(t, s.waitReady(t.Context()), errPortTaken)
	assert.NoError(t, s.Close())
}

// fakeTests stands for the *testing.M of another package.
type fakeTests func() int

func (f fakeTests) Run() int { return f() }

func TestRunTestsServesThemAndEnds(t *testing.T) {
	t.Setenv(URLVariable, "")
	var endpoint string
	code := RunTests(fakeTests(func() int {
		assert.True(t, answers(t.Context(), endpoint))
		return 3
	}), func(url string) { endpoint = url })
	assert.Equal(t, 3, code)
	assert.False(t, answers(t.Context(), endpoint))
}

func TestRunTestsUsesAServerThatRuns(t *testing.T) {
	t.Setenv(URLVariable, "http://127.0.0.1:1")
	var endpoint string
	code := RunTests(fakeTests(func() int { return 3 }), func(url string) { endpoint = url })
	assert.Equal(t, 3, code)
	assert.Equal(t, "http://127.0.0.1:1", endpoint)
}

// running asks ps, which every Unix has, for a server on the port.
func running(t *testing.T, port int) bool {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "args").Output()
	require.NoError(t, err, "these tests need ps: install procps")
	return bytes.Contains(out, fmt.Appendf(nil, "-disableTelemetry -port %d", port))
}

func TestInstallTellsWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	var progress strings.Builder
	err := installInto(t.Context(), t.TempDir()+"/engine", "pom.xml", &progress)
	assert.ErrorContains(t, err, "Java 17 or newer: install it")
	assert.ErrorContains(t, err, "apt install maven")
	assert.Empty(t, progress.String())
}

func TestInstallFetchesOnceForAll(t *testing.T) {
	tools := t.TempDir()
	writeScript(t, tools+"/java", `echo 'openjdk version "21.0.1"'`)
	writeScript(t, tools+"/mvn", `for a; do case $a in -DoutputDirectory=*) d=${a#*=};; esac; done
mkdir "$d" || exit 1
for i in $(seq 25); do echo "[INFO] Downloaded from somewhere"; done
: >"$d/engine.jar"`)
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	t.Setenv("JAVA_HOME", "")
	dir := t.TempDir() + "/engine"
	require.NoError(t, os.MkdirAll(dir+".partial/left-over", 0o755))

	results := make(chan string)
	for range 4 {
		go func() {
			var progress strings.Builder
			assert.NoError(t, installInto(t.Context(), dir, "pom.xml", &progress))
			results <- progress.String()
		}()
	}
	said := []string{}
	for range 4 {
		if s := <-results; s != "" {
			said = append(said, s)
		}
	}
	require.Len(t, said, 1, "one fetches, the others wait")
	assert.Contains(t, said[0], "25 files fetched")
	assert.FileExists(t, dir+"/engine.jar")
	assert.NoDirExists(t, dir+".partial")
}

func TestInstallLeavesNothingOfABrokenDownload(t *testing.T) {
	tools := t.TempDir()
	writeScript(t, tools+"/java", `echo 'openjdk version "17.0.2"'`)
	writeScript(t, tools+"/mvn", `for a; do case $a in -DoutputDirectory=*) mkdir "${a#*=}";; esac; done
echo "[ERROR] Could not transfer artifact"; exit 1`)
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	t.Setenv("JAVA_HOME", "")
	dir := t.TempDir() + "/engine"
	err := installInto(t.Context(), dir, "pom.xml", &strings.Builder{})
	assert.ErrorContains(t, err, "Could not transfer artifact")
	assert.NoDirExists(t, dir)
	assert.NoDirExists(t, dir+".partial")
}

func writeScript(t *testing.T, path, body string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}

func TestJavaMajor(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`: 17,
		`java version "1.8.0_392"`:             8,
		`openjdk version "25" 2025-09-16`:      25,
		`no java here`:                         0,
	} {
		assert.Equal(t, want, javaMajor(printed), printed)
	}
}

func TestPomAgreesWithVersion(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("pom.xml")
	require.NoError(t, err)
	var pom struct {
		Dependencies []struct {
			ArtifactID string `xml:"artifactId"`
			Version    string `xml:"version"`
		} `xml:"dependencies>dependency"`
		Repositories []string `xml:"repositories>repository>url"`
	}
	require.NoError(t, xml.Unmarshal(text, &pom))
	assert.Equal(t, "DynamoDBLocal", pom.Dependencies[0].ArtifactID)
	assert.Equal(t, Version, pom.Dependencies[0].Version)
	assert.Empty(t, pom.Repositories, "where packages come from is the machine's own setting")
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	var out tail
	for range 3 {
		_, err := out.Write(bytes.Repeat([]byte("x"), tailSize))
		require.NoError(t, err)
	}
	_, err := out.Write([]byte("the end\n"))
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(out.String(), "the end"))
	assert.LessOrEqual(t, len(out.String()), tailSize)
}

func TestEarlyEndIsExplained(t *testing.T) {
	t.Parallel()
	s := &Server{port: 1, output: &tail{}, err: errors.New("exit status 1")}
	s.output.Write([]byte("java.lang.UnsupportedClassVersionError: …"))
	assert.ErrorContains(t, s.endedEarly(), "Java 17 or newer")
}
