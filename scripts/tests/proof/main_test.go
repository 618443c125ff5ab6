package proof

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/localaws"
	"users-api/scripts/internal/worktree"
)

// patience is how long tests wait for what takes a second on an idle machine.
const (
	patience = 60 * time.Second
	pause    = 20 * time.Millisecond
)

// cloud is the AWS of the run. Its authorizers take the tokens that secret signs.
var (
	cloud  *localaws.Server
	secret localaws.Secret
)

// The stages that are deployed: the laptop's, and a version beside it.
var (
	local  *stage
	second *stage
)

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	copies := make([]worktree.Copy, 2)
	for i := range copies {
		if copies[i], err = worktree.New("users-api-proof-"); err != nil {
			return 1, err
		}
		defer func() { err = errors.Join(err, ended(copies[i]), copies[i].Remove()) }()
	}
	state := filepath.Join(copies[0].Dir, ".local")
	if secret, err = localaws.ReadSecret(state); err != nil {
		return 1, err
	}
	cloud, err = localaws.Start(context.Background(), localaws.Options{Root: copies[0].Dir, State: state, Auth: true})
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, cloud.Stop()) }()
	connect(cloud.Config())
	local, second = newLocal(copies[0]), newSecond(copies[1])
	return m.Run(), nil
}

// ended checks that nothing runs on in a copy.
func ended(work worktree.Copy) error {
	left, err := work.Processes()
	if len(left) > 0 {
		return fmt.Errorf("still running:\n%s", strings.Join(left, ""))
	}
	return err
}

// TestDeployment is one story: what is deployed in its first part is used in the
// next one, and removed in the last.
func TestDeployment(t *testing.T) {
	worktree.DependOnSources(t)
	parallel(t, "deploy", map[string]func(*testing.T){
		"a stage, again and again":         testChanges,
		"another version, without account": func(t *testing.T) { testVersion(t); testPackages(t) },
	})
	parallel(t, "use", map[string]func(*testing.T){
		"info":                             testInfo,
		"invoke":                           testInvoke,
		"logs":                             testLogs,
		"logs before any":                  testNoLogs,
		"versions know nothing of another": testVersionsApart,
		"rights":                           testRights,
	})
	t.Run("take rights away", testNeeds)
	t.Run("take the right to logs away", testLogsOfNoRight)
	t.Run("remove", testRemove)
}

func parallel(t *testing.T, name string, tests map[string]func(*testing.T)) {
	t.Run(name, func(t *testing.T) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t)
			})
		}
	})
}

// eventually waits for a condition.
func eventually(t *testing.T, condition func() bool, message string, args ...any) {
	t.Helper()
	require.Eventuallyf(t, condition, patience, pause, message, args...)
}
