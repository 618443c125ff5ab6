// Command scaffold adds a route or an entity to the service.
//
// The living code is the template: a route is a copy of the function that is most alike, and an
// entity a copy of everything that is named after another one, with the names changed. YAML is
// copied as text, block by block, so that comments and anchors stay. All changes are computed
// first: if one is not possible, no file changes.
package main

import (
	"cmp"
	"fmt"
	"os"

	"users-api/pkg/auth"
	"users-api/scripts/internal/repository"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run adds what the Makefile's variables, in the environment, describe.
func run(args []string) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	p := &plan{root: root, changed: map[string]string{}}
	name := os.Getenv("NAME")
	if len(args) == 1 && args[0] == "entity" {
		p.addEntity(auth.Routes(), entity{name, cmp.Or(os.Getenv("PLURAL"), name+"s")}, cmp.Or(os.Getenv("FROM"), "user"))
	} else {
		r := auth.Route{Method: os.Getenv("METHOD"), Path: os.Getenv("ROUTE"), Scope: os.Getenv("SCOPE")}
		p.addRoute(auth.Routes(), route{r, name}, os.Getenv("NEW_SCOPE") != "")
	}
	return p.write(os.Stdout)
}
