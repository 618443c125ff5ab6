package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"users-api/pkg/auth"
)

// route is a route and the folder of its function.
type route struct {
	auth.Route
	folder string
}

var (
	folderForm = regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	pathForm   = regexp.MustCompile(`^(/([a-z0-9-]+|\{[a-zA-Z]+\}))+$`)
	scopeForm  = regexp.MustCompile(`^[a-z]+:[a-z]+$`)
	parameter  = regexp.MustCompile(`\{\w+\}`)
	methods    = []string{"GET", "POST", "PUT", "DELETE"} // that preflights allow
)

func (p *plan) addRoute(routes []auth.Route, r route, newScope bool) {
	first, rest, _ := strings.Cut(r.folder, "-")
	r.Function = first + camel(rest)
	model, err := r.model(routes)
	if err = cmp.Or(r.check(routes, newScope), err); err != nil {
		p.fail("%w", err)
		return
	}
	names := r.names(model)
	p.copyFiles(names, regexp.MustCompile(`\b`+r.Function+`\b`), "functions/"+folderOf(model.Function))
	function := `unction: "` + model.Function + `"`
	p.copyLines("pkg/auth/routes.go", names, function)
	p.copyLines("scripts/tests/proof/needs_test.go", names, function)
	if newScope {
		p.copyLines("pkg/auth/routes.go", names, `Scope = "`+model.Scope+`"`)
	}
	p.copyNamed(names, "serverless.yml", "template.yaml")
	p.edit("openapi.yml", func(lines []string) ([]string, error) { return addOperations(lines, r, model, names) })
}

// check returns why there cannot be such a route.
func (r route) check(routes []auth.Route, newScope bool) error {
	for _, other := range routes {
		if other.Function == r.Function {
			return fmt.Errorf("NAME=%s: the function %s exists", r.folder, r.Function)
		}
		if slices.Contains(other.Methods(), r.Method) && parameter.ReplaceAllString(other.Path, "{}") == parameter.ReplaceAllString(r.Path, "{}") {
			return fmt.Errorf("%s %s exists: %s serves it", r.Method, other.Path, other.Function)
		}
	}
	switch scopes := auth.Scopes(); {
	case !folderForm.MatchString(r.folder):
		return fmt.Errorf("NAME=%q: must be words of small letters with hyphens between them, such as get-summary", r.folder)
	case !slices.Contains(methods, r.Method):
		return fmt.Errorf("METHOD=%q: must be one of %s", r.Method, strings.Join(methods, ", "))
	case !pathForm.MatchString(r.Path):
		return fmt.Errorf("ROUTE=%q: must be a path such as /users/{id}/summary", r.Path)
	case !scopeForm.MatchString(r.Scope):
		return fmt.Errorf("SCOPE=%q: must be such as users:read", r.Scope)
	case newScope && slices.Contains(scopes, r.Scope):
		return fmt.Errorf("SCOPE=%s exists: leave out NEW_SCOPE", r.Scope)
	case !newScope && !slices.Contains(scopes, r.Scope):
		return fmt.Errorf("SCOPE=%s: no route asks for it. It must be one of %s, or add it with NEW_SCOPE=1", r.Scope, strings.Join(scopes, ", "))
	}
	return nil
}

// model returns the route that is most alike: of the same entity, with the same parameters, and of
// the same method or, for the POST to one item, PUT.
func (r route) model(routes []auth.Route) (auth.Route, error) {
	method := r.Method
	if method == "POST" { // createUser answers with a Location in its own collection
		method = "PUT"
	}
	for _, other := range routes {
		isAlike := slices.Equal(parameter.FindAllString(other.Path, -1), parameter.FindAllString(r.Path, -1))
		if other.Method == method && isAlike && strings.HasPrefix(r.Path+"/", "/"+strings.Split(other.Path, "/")[1]+"/") {
			return other, nil
		}
	}
	return auth.Route{}, fmt.Errorf("%s %s: there is no function to copy, whose path begins alike, has the same parameters, and whose method is alike: "+
		"add an entity, or add the route by hand, as docs/adopting.md shows", r.Method, r.Path)
}

// names returns what changes the names of the model to those of the route.
func (r route) names(model auth.Route) rename {
	words := strings.NewReplacer(
		model.Function, r.Function, camel(model.Function), camel(r.Function), folderOf(model.Function), r.folder,
		model.Scope, r.Scope, camel(model.Scope), camel(r.Scope),
		r.Scope, model.Scope, // which a test takes for a wrong one
		`"`+model.Method+`"`, `"`+r.Method+`"`, model.Method+" /", r.Method+" /", "  "+strings.ToLower(model.Method)+":", "  "+strings.ToLower(r.Method)+":",
		" method: "+model.Method, " method: "+r.Method, " Method: "+model.Method, " Method: "+r.Method,
	)
	const uuid = `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	found := regexp.MustCompile(parameter.ReplaceAllString(model.Path, `(\{\w+\}|`+uuid+`)`) + `([^\w/{.-]|$)`)
	path := parameter.ReplaceAllString(r.Path, "$${1}") + fmt.Sprintf("${%d}", found.NumSubexp())
	method := "${1}"
	if r.Method != model.Method {
		method = r.Method
	}
	limits := regexp.MustCompile(`HttpMethod: (` + strings.Join(model.Methods(), "|") + `), ResourcePath: ("?/)` + settingsPath(model.Path) + `("? })`)
	return func(text string) string {
		text = limits.ReplaceAllString(text, "HttpMethod: "+method+", ResourcePath: ${2}"+settingsPath(r.Path)+"${3}")
		return words.Replace(found.ReplaceAllString(text, path))
	}
}

// settingsPath returns a path as MethodSettings of template.yaml have it, without its first slash.
func settingsPath(path string) string { return strings.ReplaceAll(path, "/", "~1") }

var preflight = regexp.MustCompile(`(operationId: preflight)\w+`)

// addOperations adds the operations of a route to its path in openapi.yml. A new path has a
// preflight, too.
func addOperations(lines []string, r route, model auth.Route, names rename) ([]string, error) {
	from, err := find(lines, "paths", model.Path)
	if err != nil {
		return nil, err
	}
	options, err := find(lines, "paths", r.Path, "options")
	isNew, at := err != nil, options.start
	var added []string
	if isNew {
		at = from.end
		added = copied(lines[from.line:from.line+1], names, true)
	}
	for _, b := range blocksIn(lines, from.line+1, from.end) {
		text := lines[b.start:b.end]
		switch {
		case slices.Contains(model.Methods(), strings.ToUpper(b.key)):
			added = append(added, copied(text, names, false)...)
		case isNew && b.key == "parameters":
			added = append(added, text...)
		case isNew && b.key == "options":
			id := func(text string) string { return preflight.ReplaceAllString(text, "${1}"+camel(r.Function)) }
			added = append(added, copied(text, id, false)...)
		}
	}
	return slices.Insert(lines, at, added...), nil
}

var (
	initial = regexp.MustCompile(`(?:^|[-:])[a-z]`)
	capital = regexp.MustCompile(`[A-Z]`)
)

// camel gives each word of a text a capital and joins them, and folderOf separates those of a
// function's name again.
func camel(text string) string {
	return initial.ReplaceAllStringFunc(text, func(letter string) string { return strings.ToUpper(strings.TrimLeft(letter, "-:")) })
}

func folderOf(function string) string {
	return strings.ToLower(capital.ReplaceAllString(function, "-$0"))
}
