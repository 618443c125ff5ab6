package main

import (
	"go/token"
	"regexp"
	"slices"
	"strings"

	"users-api/pkg/auth"
)

// entity is what routes are about: one, such as order, and many, such as orders.
type entity struct{ one, many string }

var word = regexp.MustCompile(`^[a-z]{2,}$`)

func (p *plan) addEntity(routes []auth.Route, e entity, from string) {
	i := slices.IndexFunc(routes, func(r auth.Route) bool { return r.Function == "get"+camel(from) })
	switch {
	case !word.MatchString(e.one) || !word.MatchString(e.many) || e.one == e.many || token.IsKeyword(e.one):
		p.fail("NAME=%q PLURAL=%q: must be two words of small letters, such as order and orders", e.one, e.many)
		return
	case i < 0:
		p.fail("FROM=%q: there is no function get%s", from, camel(from))
		return
	}
	names := p.entityNames(routes, entity{from, strings.Split(routes[i].Path, "/")[1]}, e)
	taken := regexp.MustCompile(`\b(?i:` + e.one + `|` + e.many + `)\b`)
	p.copyFiles(names, taken, "functions", "pkg", "resources")
	p.copyNamed(func(text string) string { return tableName.ReplaceAllString(names(text), "${1}-"+e.many+"${2}") },
		"serverless.yml", "template.yaml", "openapi.yml")
	var functions, scopes []string // as they are quoted in a line
	for _, r := range routes {
		if names(r.Function) != r.Function {
			functions, scopes = append(functions, `unction: "`+r.Function+`"`), append(scopes, `Scope = "`+r.Scope+`"`)
		}
	}
	p.copyLines("pkg/auth/routes.go", names, scopes...)
	p.copyLines("pkg/auth/routes.go", names, functions...)
	p.copyLines("scripts/tests/proof/needs_test.go", names, functions...)
}

// tableName is the name of a table that has no suffix yet.
var tableName = regexp.MustCompile(`(?m)((?:TABLE_NAME|TableName|\w+Table): (?:!Sub )?\S*\$\{(?:sls:stage|Stage)\})(\s|$)`)

// entityNames returns what changes the names of an entity to those of another, and the article
// before them. It keeps the names of the module and of the service, words of API Gateway's events,
// and the paths of routes that are not copied, since their functions have other names.
func (p *plan) entityNames(routes []auth.Route, from, to entity) rename {
	module := regexp.MustCompile(`(?m)^module (\S+)`).FindStringSubmatch(p.read("go.mod"))
	service := regexp.MustCompile(`(?m)^service: (\S+)`).FindStringSubmatch(p.read("serverless.yml"))
	if module == nil || service == nil {
		p.fail("go.mod needs a module, and serverless.yml a service")
		return func(text string) string { return text }
	}
	words := map[string]string{from.one: to.one, camel(from.one): camel(to.one), from.many: to.many, camel(from.many): camel(to.many)}
	anyWord := strings.Join([]string{from.many, camel(from.many), from.one, camel(from.one)}, "|")
	isCopied := regexp.MustCompile(anyWord).MatchString
	kept := []string{regexp.QuoteMeta(module[1]) + "/pkg", regexp.QuoteMeta(service[1]) + "-", "PolicyName: .*", "User-Agent", "userAgent", "userArn", `"user": null`}
	for _, r := range routes {
		if !slices.ContainsFunc(routes, func(other auth.Route) bool { return other.Path == r.Path && isCopied(other.Function) }) {
			kept = append(kept, regexp.QuoteMeta(r.Path), regexp.QuoteMeta(settingsPath(r.Path)))
		}
	}
	found := regexp.MustCompile(`(` + strings.Join(kept, "|") + `)|(?:\b([Aa])n? )?(` + anyWord + `)`)
	article := map[bool]string{true: "n ", false: " "}[strings.ContainsAny(to.one[:1], "aeio")]
	return func(text string) string {
		return found.ReplaceAllStringFunc(text, func(match string) string {
			switch m := found.FindStringSubmatch(match); {
			case m[1] != "":
				return match
			case m[2] != "":
				return m[2] + article + words[m[3]]
			default:
				return words[m[3]]
			}
		})
	}
}
