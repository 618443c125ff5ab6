// Command scaffold makes another API of the repository in whose folder it runs: it renames the module
// and the service, or adds a route or an entity, by the variables of the Makefile.
//
// The living code is the template: a route is a copy of the function that is most alike, and an
// entity a copy of everything that is named after another one, with the names changed. YAML is
// copied as text, block by block, so that comments and anchors stay. All changes are computed
// first: if one is not possible, the command ends and no file changes.
package main

import (
	"cmp"
	"log"
	"os"
	"regexp"
)

func main() {
	log.SetFlags(0)
	p := plan{}
	map[string]func(){"rename": p.rename, "route": p.addRoute, "entity": p.addEntity}[os.Args[1]]()
	p.write()
}

// variable returns a variable of the Makefile, which must have a form that rule describes.
func variable(name, otherwise, form, rule string) string {
	value := cmp.Or(os.Getenv(name), otherwise)
	if !regexp.MustCompile(`^(?:` + form + `)$`).MatchString(value) {
		log.Fatalf("%s=%q: must be %s", name, value, rule)
	}
	return value
}
