package main

import (
	"log"
	"os"
	"regexp"
	"slices"
	"strings"

	"users-api/pkg/auth"
)

// addRoute adds the route METHOD ROUTE with the function NAME, as a copy of the one most alike.
func (p plan) addRoute() {
	name := variable("NAME", "", `[a-z]+(-[a-z]+)*`, "words of small letters with hyphens between them, such as get-summary")
	r := auth.Route{
		Method:   variable("METHOD", "", `GET|POST|PUT|DELETE`, "GET, POST, PUT or DELETE"), // which preflights allow
		Path:     variable("ROUTE", "", `(/([a-z0-9-]+|\{[a-zA-Z]+\}))+`, "a path such as /users/{id}/summary"),
		Scope:    variable("SCOPE", "", `[a-z]+:[a-z]+`, "such as users:read"),
		Function: name[:1] + camel(name)[1:],
	}
	isNewScope := !slices.Contains(auth.Scopes(), r.Scope)
	if isNewScope != (os.Getenv("NEW_SCOPE") != "") {
		log.Fatalf("SCOPE=%s: must be one of %s, or another one with NEW_SCOPE=1", r.Scope, strings.Join(auth.Scopes(), ", "))
	}
	model := modelOf(r)
	rename := renaming(model, r)
	p.copyFiles(rename, regexp.MustCompile(`\b`+r.Function+`\b`), "functions/"+folderOf(model.Function))
	function := `unction: "` + model.Function + `"`
	p.copyLines("pkg/auth/routes.go", rename, function)
	p.copyLines("scripts/tests/proof/needs_test.go", rename, function)
	if isNewScope {
		p.copyLines("pkg/auth/routes.go", rename, `Scope = "`+model.Scope+`"`)
	}
	p.copyBlocks("serverless.yml", rename, blocksOf(model).MatchString)
	p.copyBlocks("template.yaml", rename, blocksOf(model).MatchString)
	p.addOperations(model, r, rename)
}

var (
	parameter = regexp.MustCompile(`\{\w+\}`)
	preflight = regexp.MustCompile(`(operationId: preflight)\w+`)
	initial   = regexp.MustCompile(`(?:^|[-:])[a-z]`)
	capital   = regexp.MustCompile(`[A-Z]`)
)

// modelOf returns the route to copy: the one whose path is the longest beginning of the route's, with
// all its parameters, and whose method is the same, or PUT for POST: createUser answers with a
// Location in its own collection. A route that exists has none.
func modelOf(r auth.Route) (model auth.Route) {
	method := map[bool]string{true: "PUT", false: r.Method}[r.Method == "POST"]
	for _, other := range auth.Routes() {
		rest, isBelow := strings.CutPrefix(r.Path+"/", other.Path+"/")
		switch {
		case slices.Contains(other.Methods(), r.Method) && parameter.ReplaceAllString(other.Path, "{}") == parameter.ReplaceAllString(r.Path, "{}"):
			log.Fatalf("%s %s exists: %s serves it", r.Method, other.Path, other.Function)
		case other.Method == method && isBelow && !parameter.MatchString(rest) && len(other.Path) > len(model.Path):
			model = other
		}
	}
	if model.Function == "" {
		log.Fatalf("%s %s: there is no function to copy, which has the method %s, a path with which this one begins, and all its parameters: "+
			"add an entity, or add the route by hand, as docs/adopting.md shows", r.Method, r.Path, method)
	}
	return model
}

// blocksOf matches the keys of the blocks of serverless.yml and template.yaml that belong to a route:
// its function, with role and log group, and the limits of its methods.
func blocksOf(r auth.Route) *regexp.Regexp {
	function := r.Function + `|` + camel(r.Function) + `(Function|Role|LogGroup)`
	limits := `.*HttpMethod: (` + strings.Join(r.Methods(), "|") + `), ResourcePath: "?/` + regexp.QuoteMeta(settingsPath(r.Path)) + `"? }`
	return regexp.MustCompile(`^(` + function + `|` + limits + `)$`)
}

// renaming returns what changes the names of a model to those of its copy.
func renaming(model, r auth.Route) names {
	words := strings.NewReplacer(
		model.Function, r.Function, camel(model.Function), camel(r.Function), folderOf(model.Function), folderOf(r.Function),
		model.Scope, r.Scope, camel(model.Scope), camel(r.Scope),
		r.Scope, model.Scope, // which a test takes for a wrong one
		`"`+model.Method+`"`, `"`+r.Method+`"`, model.Method+" /", r.Method+" /", "ethod: "+model.Method, "ethod: "+r.Method,
		"  "+strings.ToLower(model.Method)+":", "  "+strings.ToLower(r.Method)+":",
		settingsPath(model.Path), settingsPath(r.Path),
	)
	const value = `(?:\{\w+\}|[0-9a-f]{8}-[0-9a-f-]{27})` // of a parameter
	path := regexp.MustCompile(`(` + parameter.ReplaceAllString(model.Path, value) + `)([^\w/{-]|$)`)
	longer := "${1}" + strings.TrimPrefix(r.Path, model.Path) + "${2}"
	return func(text string) string {
		text = preflight.ReplaceAllString(text, "${1}"+camel(r.Function))
		return words.Replace(path.ReplaceAllString(text, longer))
	}
}

// settingsPath returns a path as MethodSettings of template.yaml have it, without its first slash.
func settingsPath(path string) string { return strings.ReplaceAll(path, "/", "~1") }

// addOperations adds the operations of a route to its path in openapi.yml. A new path has the
// parameters of the model's, and a preflight.
func (p plan) addOperations(model, r auth.Route, rename names) {
	lines, root := p.document("openapi.yml")
	from, _ := root.find(lines, "paths", model.Path)
	options, exists := root.find(lines, "paths", r.Path, "options")
	at, keys := options.start, model.Methods()
	var added []string
	if !exists {
		at, keys = from.end, append(keys, "PARAMETERS", "OPTIONS")
		added = append(added, "", "  "+r.Path+":")
	}
	for _, b := range from.blocks(lines) {
		if slices.Contains(keys, strings.ToUpper(b.key)) {
			added = append(added, copied(lines[b.start:b.end], rename)...)
		}
	}
	p.set("openapi.yml", strings.Join(slices.Insert(lines, at, added...), "\n"))
}

// camel gives each word of a text a capital and joins them, and folderOf separates those of a
// function's name again.
func camel(text string) string {
	return initial.ReplaceAllStringFunc(text, func(letter string) string { return strings.ToUpper(strings.TrimLeft(letter, "-:")) })
}

func folderOf(function string) string {
	return strings.ToLower(capital.ReplaceAllString(function, "-$0"))
}
