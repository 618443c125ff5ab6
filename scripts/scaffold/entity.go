package main

import (
	"log"
	"regexp"
	"slices"
	"strings"

	"users-api/pkg/auth"
)

// entity is what routes are about: one, such as order, and many, such as orders.
type entity struct{ one, many string }

// entities returns the entity to copy, FROM, and the one to add, NAME with PLURAL.
func entities() (from, to entity) {
	const word, rule = `[a-z]{2,}`, "a word of small letters, such as order"
	to.one = variable("NAME", "", word, rule)
	to.many = variable("PLURAL", to.one+"s", word, rule)
	if to.one == to.many {
		log.Fatalf("NAME=%s PLURAL=%s: must be two words", to.one, to.many)
	}
	from.one = variable("FROM", "user", word, rule)
	i := slices.IndexFunc(auth.Routes(), func(r auth.Route) bool { return r.Function == "get"+camel(from.one) })
	if i < 0 {
		log.Fatalf("FROM=%q: there is no function get%s", from.one, camel(from.one))
	}
	from.many = strings.Split(auth.Routes()[i].Path, "/")[1]
	return from, to
}

// tableName is the name of a table that has no suffix yet.
var tableName = regexp.MustCompile(`(?m)((?:TABLE_NAME|TableName|\w+Table): (?:!Sub )?\S*\$\{(?:sls:stage|Stage)\})(\s|$)`)

// addEntity adds everything that is named after an entity under the names of another.
func (p plan) addEntity() {
	from, to := entities()
	rename := from.renamedTo(to)
	isNamed := func(text string) bool { return rename(text) != text }
	p.copyFiles(rename, regexp.MustCompile(`\b(?i:`+to.one+`|`+to.many+`)\b`), "functions", "pkg", "resources")
	for _, file := range []string{"serverless.yml", "template.yaml", "openapi.yml"} {
		p.copyBlocks(file, func(text string) string { return tableName.ReplaceAllString(rename(text), "${1}-"+to.many+"${2}") }, isNamed)
	}
	var functions, scopes []string // as they are quoted in a line
	for _, r := range auth.Routes() {
		if isNamed(r.Function) {
			functions, scopes = append(functions, `unction: "`+r.Function+`"`), append(scopes, `Scope = "`+r.Scope+`"`)
		}
	}
	p.copyLines("pkg/auth/routes.go", rename, scopes...)
	p.copyLines("pkg/auth/routes.go", rename, functions...)
	p.copyLines("scripts/tests/proof/needs_test.go", rename, functions...)
}

// renamedTo returns what changes the names of an entity to those of another, and the article before
// them. It keeps paths of packages, members of API Gateway's events, and the paths of routes that
// are not copied, since their functions have other names.
func (from entity) renamedTo(to entity) names {
	words := strings.NewReplacer(from.many, to.many, camel(from.many), camel(to.many), from.one, to.one, camel(from.one), camel(to.one))
	isCopied := func(r auth.Route) bool { return words.Replace(r.Function) != r.Function }
	kept := []string{`"[^"\s]*/pkg/`, "User-Agent", `"user(?:Agent|Arn)?": `}
	for _, r := range auth.Routes() {
		if !slices.ContainsFunc(auth.Routes(), func(other auth.Route) bool { return other.Path == r.Path && isCopied(other) }) {
			kept = append(kept, regexp.QuoteMeta(r.Path), regexp.QuoteMeta(settingsPath(r.Path)))
		}
	}
	found := regexp.MustCompile(`(` + strings.Join(kept, "|") + `)|\b(?:` + from.many + `|` + from.one + `)|` + camel(from.many) + `|` + camel(from.one))
	article := regexp.MustCompile(`\b([Aa])n? ((?i:` + to.one + `))`)
	corrected := map[bool]string{true: "${1}n ${2}", false: "${1} ${2}"}[strings.ContainsAny(to.one[:1], "aeio")]
	return func(text string) string {
		text = found.ReplaceAllStringFunc(text, func(match string) string {
			if found.FindStringSubmatch(match)[1] != "" {
				return match
			}
			return words.Replace(match)
		})
		return article.ReplaceAllString(text, corrected)
	}
}
