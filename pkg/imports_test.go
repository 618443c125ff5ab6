// Package pkg_test checks the import rules of the tree: who may import whom, for tests as well, and
// that each foreign library has one home.
package pkg_test

import (
	"encoding/json"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mayImport lists the packages of this module that each package may import. Imports go downhill
// only, and no platform package imports the domain. Nothing imports functions or scripts.
//
// ENTITY is the name of any entity, which is a package with a schema.json, such as user.
var mayImport = map[string][]string{
	"functions/*":          {"pkg/boot", "pkg/api", "pkg/ENTITY", "pkg/ENTITY/store", "pkg/auth", "pkg/apperr"},
	"functions/authorizer": {"pkg/boot", "pkg/credential", "pkg/auth", "pkg/apperr", "pkg/logline"},
	// the domain
	"pkg/ENTITY":       {"pkg/apperr"},
	"pkg/ENTITY/store": {"pkg/dynamo", "pkg/ENTITY", "pkg/apperr", "pkg/env"},
	// the platform
	"pkg/boot":       {"pkg/api", "pkg/logline", "pkg/env", "pkg/apperr"},
	"pkg/api":        {"pkg/auth", "pkg/apperr", "pkg/logline", "pkg/env"},
	"pkg/credential": {"pkg/amazon", "pkg/auth", "pkg/env", "pkg/apperr"},
	"pkg/auth":       {"pkg/apperr"},
	"pkg/logline":    {"pkg/apperr"},
	"pkg/dynamo":     {"pkg/amazon", "pkg/env", "pkg/apperr"},
	"pkg/amazon":     {"pkg/env"},
	"pkg/env":        {},
	"pkg/apperr":     {},
	// test support, which only tests import
	"pkg/testing/apitest":    {"pkg/boot", "pkg/api", "pkg/auth", "pkg/logline", "pkg/testing/linetest"},
	"pkg/testing/linetest":   {},
	"pkg/testing/parameters": {},
	"pkg/testing/runtimeapi": {},
	"pkg/testing/storetest":  {},
	"pkg/testing/ENTITYtest": {"pkg/ENTITY", "pkg/testing/storetest"},
}

// testsMayImport lists what tests may import in addition to the package itself and everything below
// it.
var testsMayImport = map[string][]string{
	"functions/*":                 {"pkg/testing/apitest", "pkg/testing/ENTITYtest", "pkg/testing/runtimeapi"},
	"functions/authorizer":        {"pkg/testing/linetest", "pkg/testing/runtimeapi"},
	"pkg/ENTITY/store/enginetest": {"pkg/ENTITY/store", "pkg/dynamo", "pkg/amazon", "pkg/ENTITY", "pkg/apperr", "pkg/env", "pkg/testing/storetest", "pkg/testing/ENTITYtest"},
	"pkg/ENTITY":                  {"pkg/testing/ENTITYtest"},
	"pkg/boot":                    {"pkg/testing/linetest", "pkg/testing/parameters"},
	"pkg/credential":              {"pkg/testing/parameters"},
}

// homes lists the packages that may import a foreign library. Tests may import any.
var homes = map[string][]string{
	"github.com/aws/aws-lambda-go": {"pkg/boot", "pkg/logline", "functions/authorizer"},
	"github.com/aws/aws-sdk-go-v2": {"pkg/amazon", "pkg/dynamo", "pkg/ENTITY/store", "pkg/testing/storetest", "pkg/testing/ENTITYtest"},
	"github.com/aws/smithy-go":     {"pkg/dynamo"},
	"github.com/golang-jwt/jwt":    {"pkg/credential"},
	"github.com/go-jose/go-jose":   {"pkg/credential"},
	"github.com/google/uuid":       {"pkg/ENTITY", "pkg/dynamo", "pkg/ENTITY/store"},
	"github.com/stretchr/testify":  {"pkg/testing/apitest", "pkg/testing/linetest", "pkg/testing/runtimeapi", "pkg/testing/storetest"},
	"go.yaml.in/yaml":              {"pkg/testing/storetest"},
	"golang.org/x/net":             {"pkg/ENTITY"},
	"golang.org/x/sync":            {"pkg/dynamo"},
	"golang.org/x/text":            {"pkg/ENTITY"},
}

// goPackage is a package as go list describes it.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
	Module                             struct{ Path string }
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	// -e also lists packages whose imports are not found, as those of scripts, which is another module.
	cmd := exec.Command("go", "list", "-e", "-tags", "engines", "-json=ImportPath,Imports,TestImports,XTestImports,Module", "./...")
	cmd.Dir = ".."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		require.NoError(t, d.Decode(&p))
		all = append(all, p)
	}
	require.Greater(t, len(all), 10)
	return all
}

// own returns the packages of this module among imports, as paths from the root with ENTITY for
// an entity's name.
func (p goPackage) own(imports ...string) []string {
	var own []string
	for _, i := range imports {
		if rest, ok := strings.CutPrefix(i, p.Module.Path+"/"); ok {
			own = append(own, entities().ReplaceAllString(rest, "${1}ENTITY${2}"))
		}
	}
	return own
}

// entities matches a package of an entity.
var entities = sync.OnceValue(func() *regexp.Regexp {
	schemas, _ := filepath.Glob("*/schema.json")
	for i, schema := range schemas {
		schemas[i] = filepath.Dir(schema)
	}
	return regexp.MustCompile(`^(pkg/|pkg/testing/)(?:` + strings.Join(schemas, "|") + `)(/.*|test|)$`)
})

func TestImportsGoDownhill(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := p.own(p.ImportPath)
		if len(name) == 0 {
			continue // the root
		}
		self := name[0]
		for _, imported := range p.own(p.Imports...) {
			assert.Contains(t, rule(mayImport, self), imported, "%s must not import %s: see the rules in pkg/imports_test.go", self, imported)
		}
		allowed := append(below(self), append(rule(testsMayImport, self), self)...)
		for _, imported := range p.own(slices.Concat(p.TestImports, p.XTestImports)...) {
			assert.Contains(t, allowed, imported, "tests of %s must not import %s: see the rules in pkg/imports_test.go", self, imported)
		}
	}
}

// rule returns the entry of a table for a package, or for all packages in its folder.
func rule(table map[string][]string, self string) []string {
	if own, ok := table[self]; ok {
		return own
	}
	return table[path.Dir(self)+"/*"]
}

// below returns the packages that a package may import, directly or indirectly.
func below(self string) []string {
	reached := slices.Clone(rule(mayImport, self))
	for i := 0; i < len(reached); i++ {
		for _, next := range rule(mayImport, reached[i]) {
			if !slices.Contains(reached, next) {
				reached = append(reached, next)
			}
		}
	}
	return reached
}

// domain lists the packages that know an entity. All others are the platform.
var domain = []string{"functions/*", "pkg/ENTITY", "pkg/ENTITY/store", "pkg/ENTITY/store/enginetest", "pkg/testing/ENTITYtest"}

func TestPlatformImportsNoDomain(t *testing.T) {
	t.Parallel()
	for self := range mayImport {
		if slices.Contains(domain, self) {
			continue
		}
		reached := below(self)
		for _, imported := range testsMayImport[self] {
			reached = append(reached, append(below(imported), imported)...)
		}
		for _, d := range domain {
			assert.NotContains(t, reached, d, "the rules let the platform package %s or its tests reach %s", self, d)
		}
	}
}

func TestForeignLibrariesHaveOneHome(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		self := p.own(p.ImportPath)
		for _, imported := range p.Imports {
			foreign := strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") && len(p.own(imported)) == 0
			if foreign {
				assert.Subset(t, home(imported), self, "%s imports %s: see the homes in pkg/imports_test.go", p.ImportPath, imported)
			}
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
