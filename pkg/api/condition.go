package api

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"users-api/pkg/apperr"
)

// ETag returns the entity tag of a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Conditions are a request's If-Match and If-None-Match (RFC 9110, section 13.1).
type Conditions struct{ ifMatch, ifNoneMatch tags }

// tags is a list of entity tags as they were sent, such as W/"1", or "*" alone; nil if it is
// absent.
type tags []string

// Conditions reads the request's conditions. A malformed one is Invalid: ignoring it would do what
// the client wants to prevent.
func (r *Request) Conditions() (Conditions, error) {
	ifMatch, matchErr := r.parseTags("If-Match", r.Headers.IfMatch)
	ifNoneMatch, noneMatchErr := r.parseTags("If-None-Match", r.Headers.IfNoneMatch)
	return Conditions{ifMatch, ifNoneMatch}, cmp.Or(matchErr, noneMatchErr)
}

// Changed reports whether If-Match forbids the request on a version: none of its tags is the
// version's, by strong comparison, which a weak tag never passes.
func (c Conditions) Changed(version int64) bool {
	return c.ifMatch != nil && !c.ifMatch.match(version, false)
}

// Known reports whether the client has a version already, by If-None-Match and weak comparison. The
// answer to a GET is then 304 Not Modified.
func (c Conditions) Known(version int64) bool { return c.ifNoneMatch.match(version, true) }

// Get answers a GET with a version of a resource: 412 if If-Match forbids it, 304 to a client that
// has the version already, else 200 with the value as JSON and its ETag.
func (c Conditions) Get(version int64, value any) (Response, error) {
	switch {
	case c.Changed(version):
		return Response{}, apperr.New(apperr.PreconditionFailed, "Resource has changed")
	case c.Known(version):
		return Response{Status: http.StatusNotModified, ETag: ETag(version)}, nil
	}
	return Versioned(http.StatusOK, version, value)
}

// Allows reports whether a PUT or DELETE may replace a version.
func (c Conditions) Allows(version int64) bool { return !c.Changed(version) && !c.Known(version) }

// Expected returns the one version that If-Match names; 0 if it names none, or more than one.
func (c Conditions) Expected() int64 {
	if len(c.ifMatch) != 1 {
		return 0
	}
	version, err := strconv.ParseInt(strings.Trim(c.ifMatch[0], `"`), 10, 64)
	if err != nil || version < 1 || c.ifMatch[0] != ETag(version) {
		return 0
	}
	return version
}

func (t tags) match(version int64, weakly bool) bool {
	current := ETag(version)
	return slices.Contains(t, "*") || slices.Contains(t, current) || weakly && slices.Contains(t, "W/"+current)
}

// parseTags reads `*` or a list of entity tags. Empty elements of a list are skipped (RFC 9110,
// section 5.6.1.2). A header without a tag is Invalid, since its client wants the write guarded;
// only a GET, which it guards from nothing, ignores it.
func (r *Request) parseTags(field string, value *string) (tags, error) {
	if value == nil || isBlank(*value) && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return nil, nil
	}
	if strings.Trim(*value, " \t") == "*" {
		return tags{"*"}, nil
	}
	var list tags
	for rest := strings.TrimLeft(*value, " \t,"); rest != ""; {
		tag, after, ok := cutTag(rest)
		if !ok {
			list = nil
			break
		}
		list, rest = append(list, tag), after
	}
	if len(list) == 0 {
		return nil, apperr.InvalidField(field, `must be * or a list of entity tags like "1"`)
	}
	return list, nil
}

// cutTag cuts the first entity tag, and what separates it from the next, off a list.
func cutTag(s string) (tag, rest string, ok bool) {
	opaque, quoted := strings.CutPrefix(strings.TrimPrefix(s, "W/"), `"`)
	opaque, rest, closed := strings.Cut(opaque, `"`)
	if !quoted || !closed || strings.ContainsFunc(opaque, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", "", false
	}
	tag = s[:len(s)-len(rest)]
	rest = strings.TrimLeft(rest, " \t")
	return tag, strings.TrimLeft(rest, " \t,"), rest == "" || rest[0] == ','
}
