// Package pkg_test holds the tree to its shape: who may import whom, and that
// each foreign library has one home.
package pkg_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "users-api/"

// mayImport is the downhill graph of our packages: the keys are prefixes, the
// longest counts.
var mayImport = map[string][]string{
	"functions/":             {"pkg/api", "pkg/apperr", "pkg/auth", "pkg/store", "pkg/user"},
	"pkg/api":                {"pkg/apperr"},
	"pkg/store":              {"pkg/apperr", "pkg/user"},
	"pkg/auth":               {"pkg/apperr"},
	"pkg/user":               {"pkg/apperr"},
	"pkg/apperr":             {},
	"pkg/testing/apitest":    {"pkg/api", "pkg/testing/linetest"},
	"pkg/testing/linetest":   {},
	"pkg/testing/runtimeapi": {},
	"pkg/testing/storetest":  {"pkg/user"},
}

// homes are where a foreign library may be imported, beside tests.
var homes = map[string][]string{
	"github.com/aws/aws-lambda-go": {"pkg/api", "functions/authorizer"},
	"github.com/aws/aws-sdk-go-v2": {"pkg/store", "pkg/testing/storetest"},
	"github.com/aws/smithy-go":     {"pkg/store"},
	"github.com/golang-jwt/jwt":    {"pkg/auth"},
	"github.com/go-jose/go-jose":   {"pkg/auth"},
	"github.com/google/uuid":       {"pkg/user", "pkg/store"},
	"github.com/stretchr/testify":  {"pkg/testing/apitest", "pkg/testing/linetest", "pkg/testing/runtimeapi", "pkg/testing/storetest"},
	"go.yaml.in/yaml":              {"pkg/testing/storetest"},
	"golang.org/x/net":             {"pkg/user"},
	"golang.org/x/text":            {"pkg/user"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	require.NoError(t, err)
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p listed
		require.NoError(t, d.Decode(&p))
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		all = append(all, p)
	}
	require.Greater(t, len(all), 10)
	return all
}

func TestImportsGoDownhill(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		allowed := rule(p.ImportPath)
		for _, imported := range p.Imports {
			ours, isOurs := strings.CutPrefix(imported, module)
			if !isOurs {
				continue
			}
			ok := slices.ContainsFunc(allowed, func(a string) bool {
				return ours == a || strings.HasSuffix(a, "/") && strings.HasPrefix(ours, a)
			})
			assert.True(t, ok, "%s must not import %s", p.ImportPath, ours)
		}
	}
}

func rule(path string) []string {
	best := ""
	for prefix := range mayImport {
		if strings.HasPrefix(path, prefix) && len(prefix) > len(best) {
			best = prefix
		}
	}
	return mayImport[best]
}

func TestForeignLibrariesHaveOneHome(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
				continue // the standard library
			}
			assert.Contains(t, home(imported), p.ImportPath, "%s imports %s", p.ImportPath, imported)
		}
	}
}

func home(imported string) []string {
	for library, where := range homes {
		if strings.HasPrefix(imported, library) {
			return where
		}
	}
	return nil
}
