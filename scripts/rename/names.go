package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"

	"go.yaml.in/yaml/v3"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"users-api/scripts/internal/localaws"
)

// names are those that the repository carries.
type names struct{ module, service string }

// readNames returns the present names, and the functions of serverless.yml.
func readNames(root string) (n names, functions map[string]any, err error) {
	var definition struct {
		Service   string
		Functions map[string]any
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return n, nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, "serverless.yml"))
	if err == nil {
		err = yaml.Unmarshal(text, &definition)
	}
	return names{modfile.ModulePath(mod), definition.Service}, definition.Functions, err
}

// serviceName is what the framework and CloudFormation accept, and a bucket, whose name has no
// capitals. YAML reads notText as something else.
var (
	serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]+$`)
	notText     = regexp.MustCompile(`^(true|false|yes|no|on|off|null)$`)
)

// check reports why a name cannot be used. The longest names that the service's is a part of are
// those of roles: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (n names) check(functions map[string]any) error {
	if err := module.CheckImportPath(n.module); err != nil {
		return fmt.Errorf("MODULE: %w", err)
	}
	if _, _, ok := module.SplitPathVersion(n.module); !ok {
		return fmt.Errorf("MODULE=%s: a version at the end must be /v2 or later", n.module)
	}
	const maxRoleName = 64
	most := maxRoleName
	for function := range functions {
		most = min(most, maxRoleName-len("-"+localaws.Stage+"-"+function+"-ap-southeast-1"))
	}
	if len(n.service) > most || !serviceName.MatchString(n.service) || notText.MatchString(n.service) {
		return fmt.Errorf("SERVICE=%s: must be a small letter and then small letters, digits and hyphens, and have 2 to %d characters: a role is named <service>-<stage>-<function>-<region>, in at most %d", n.service, most, maxRoleName)
	}
	return nil
}

// place is where a text has a name: between what two regular expressions with a group each match.
// Nothing else is there, so that a name may be a common word, such as users.
type place struct{ before, after string }

var (
	packagePlace  = place{`(^|[^\w.~/-])`, `(/(?:functions|pkg|scripts)\b)`}
	modulePlace   = place{`^(module |replace |\t)`, `( |$)`} // in a go.mod
	resourcePlace = place{`(^|[^\w.~-])`, `([-/](?:(?:local|dev|prod|v2|\$STAGE)\b|<stage>))`}
	servicePlaces = map[string]place{ // by file
		"serverless.yml":                      {`^(service: )`, `($)`},
		"template.yaml":                       {`^(  Service:\n    Type: String\n    Default: )`, `($)`},
		"resources/deployer.yml":              {`^(  Service:\n    Type: String\n    Default: )`, `($)`},
		"openapi.yml":                         {`^(  title: )`, `($)`},
		"scripts/tests/clients/released.yml":  {`^(  title: )`, `($)`},
		"README.md":                           {`^(# )`, `($)`},
		"scripts/internal/localaws/server.go": {`^(\tService += ")`, `("$)`},
	}
)

func (p place) of(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)` + p.before + regexp.QuoteMeta(name) + p.after)
}

// rename returns the text of a file with other names.
func rename(file string, text []byte, from, to names) ([]byte, error) {
	renamed := text
	replace := func(p place, old, new string) {
		renamed = p.of(old).ReplaceAll(renamed, []byte("${1}"+new+"${2}"))
	}
	isModule := filepath.Base(file) == "go.mod"
	if isModule && from.module != to.module && modulePlace.of(to.module).Match(text) {
		return nil, fmt.Errorf("MODULE=%s is a library that it requires: choose another path", to.module)
	}
	if found := resourcePlace.of(to.service).FindSubmatch(text); found != nil && from.service != to.service {
		return nil, fmt.Errorf("SERVICE=%s: %[1]s%s is there already, and a later renaming could not tell the two apart: choose another name", to.service, found[2])
	}
	// The module's path may have what looks like a resource.
	const hidden = "\x00module\x00"
	replace(packagePlace, from.module, hidden)
	if isModule {
		replace(modulePlace, from.module, hidden)
	}
	replace(resourcePlace, from.service, to.service)
	if p, ok := servicePlaces[file]; ok {
		replace(p, from.service, to.service)
	}
	renamed = bytes.ReplaceAll(renamed, []byte(hidden), []byte(to.module))
	switch {
	case isModule:
		return requireVersion(renamed, to.module), nil
	case filepath.Ext(file) == ".go" && !bytes.Equal(text, renamed):
		return format.Source(renamed) // sorts the imports
	}
	return renamed, nil
}

// requireVersion makes the version by which a go.mod requires the module, which it replaces, fit
// the module's path.
func requireVersion(mod []byte, path string) []byte {
	_, major, _ := module.SplitPathVersion(path)
	version := regexp.MustCompile(`(?m)^(\t` + regexp.QuoteMeta(path) + ` )v\d+(\.0\.0-00010101000000-000000000000)$`)
	return version.ReplaceAll(mod, []byte("${1}"+cmp.Or(module.PathMajorPrefix(major), "v0")+"${2}"))
}
