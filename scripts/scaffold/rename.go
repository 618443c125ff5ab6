package main

import (
	"cmp"
	"errors"
	"fmt"
	"log"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"users-api/scripts/internal/localaws"
)

// identity is what the repository calls itself.
type identity struct{ module, service string }

// The texts in which the repository has the two names. Elsewhere a name may be a common word, such
// as users, which stays.
var (
	modulePlaces  = []string{"module %s\n", "module %s/scripts", "replace %s =>", `"%s/functions/`, `"%s/pkg/`, `"%s/scripts/`}
	servicePlaces = []string{
		"service: %s\n", "    Default: %s\n", "  title: %s\n", "# %s\n", `Service   = "%s"`,
		"%s-local", "%s-dev", "%s-prod", "%s-v2", "%s-$STAGE", "%s-<stage>", "/%s/$STAGE",
	}
)

// rename gives the module and the service the names MODULE and SERVICE. One that is not given stays.
func (p plan) rename() {
	from := identity{modfile.ModulePath([]byte(p.read("go.mod"))), localaws.Service}
	to := identity{
		variable("MODULE", from.module, `.+`, "a path"),
		// A role is named <service>-<stage>-<function>-<region>, in at most 64 characters:
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
		variable("SERVICE", from.service, `[a-z][a-z0-9-]{1,31}`, "a small letter, and then 1 to 31 small letters, digits and hyphens"),
	}
	if _, _, ok := module.SplitPathVersion(to.module); !ok || module.CheckImportPath(to.module) != nil {
		log.Fatalf("MODULE=%q: must be the path of a Go module, such as github.com/acme/orders-api", to.module)
	}
	if to == from {
		log.Fatal("which names? make rename MODULE=github.com/acme/orders-api SERVICE=orders-api")
	}
	requireCommitted()
	renamed := from.replacerTo(to)
	for _, file := range git("grep", "-lzF", "-e", from.module, "-e", from.service, "--", ":!LICENSE", ":!CHANGELOG.md") {
		if text := p.read(file); renamed.Replace(text) != text {
			p.set(file, renamed.Replace(text))
		}
	}
}

// requireCommitted ends the command if something is not committed, or while `make dev` runs, which
// would deploy what is renamed.
func requireCommitted() {
	if _, err := localaws.Running(".local"); !errors.Is(err, localaws.ErrNotRunning) {
		log.Fatal(cmp.Or(err, localaws.ErrRunning))
	}
	if changes := git("status", "--porcelain", "-z"); len(changes) > 0 {
		log.Fatalf("not committed:\n%s\ncommit or stash it first, so that git shows and undoes only what rename changes", strings.Join(changes, "\n"))
	}
}

func (from identity) replacerTo(to identity) *strings.Replacer {
	pairs := []string{from.requirement(), to.requirement()}
	for _, place := range modulePlaces {
		pairs = append(pairs, fmt.Sprintf(place, from.module), fmt.Sprintf(place, to.module))
	}
	for _, place := range servicePlaces {
		pairs = append(pairs, fmt.Sprintf(place, from.service), fmt.Sprintf(place, to.service))
	}
	return strings.NewReplacer(pairs...)
}

// requirement is the line by which scripts/go.mod requires the module, which it replaces.
func (n identity) requirement() string {
	_, major, _ := module.SplitPathVersion(n.module)
	return fmt.Sprintf("\t%s %s.0.0-00010101000000-000000000000", n.module, cmp.Or(module.PathMajorPrefix(major), "v0"))
}
