package api

import (
	"strconv"
	"strings"
)

// ETag is the entity tag of a version.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// Conditions are a request's If-Match and If-None-Match (RFC 9110, section 13.1).
type Conditions struct {
	ifMatch, ifNoneMatch *tags
}

// tags is a list of entity tags, or any.
type tags struct {
	any  bool
	tags []tag
}

type tag struct {
	weak   bool
	opaque string // with its quotes
}

// Conditions reads the request's conditions. One that is malformed is Invalid:
// ignoring it would do what the client meant to prevent.
func (r *Request) Conditions() (c Conditions, err error) {
	if c.ifMatch, err = parseTags("If-Match", r.Headers.IfMatch); err != nil {
		return Conditions{}, err
	}
	if c.ifNoneMatch, err = parseTags("If-None-Match", r.Headers.IfNoneMatch); err != nil {
		return Conditions{}, err
	}
	return c, nil
}

// Changed tells whether If-Match forbids the request on this version: none of
// its tags is the version's, compared strongly, so that a weak one never is.
func (c Conditions) Changed(version int64) bool {
	return c.ifMatch != nil && !c.ifMatch.match(version, false)
}

// Known tells whether the client said in If-None-Match that it has this
// version, compared weakly. A GET then is 304 Not Modified.
func (c Conditions) Known(version int64) bool {
	return c.ifNoneMatch != nil && c.ifNoneMatch.match(version, true)
}

// AllowWrite tells whether a PUT or DELETE may go ahead on this version.
func (c Conditions) AllowWrite(version int64) bool {
	return !c.Changed(version) && !c.Known(version)
}

// Expected gives the one version that If-Match asks for; 0 where it asks for
// none, or for another than one.
func (c Conditions) Expected() int64 {
	if c.ifMatch == nil || len(c.ifMatch.tags) != 1 {
		return 0
	}
	tag := c.ifMatch.tags[0]
	version, err := strconv.ParseInt(strings.Trim(tag.opaque, `"`), 10, 64)
	if err != nil || version < 1 || tag.weak || tag.opaque != ETag(version) {
		return 0
	}
	return version
}

func (t *tags) match(version int64, weakly bool) bool {
	if t.any {
		return true
	}
	current := ETag(version)
	for _, tag := range t.tags {
		if tag.opaque == current && (weakly || !tag.weak) {
			return true
		}
	}
	return false
}

// parseTags reads `*` or a list of entity tags; nil where the header is absent.
// Empty elements of a list are skipped (RFC 9110, section 5.6.1.2).
func parseTags(field, value string) (*tags, error) {
	if value == "" {
		return nil, nil
	}
	if strings.Trim(value, " \t") == "*" {
		return &tags{any: true}, nil
	}
	list := new(tags)
	for rest := strings.TrimLeft(value, " \t,"); rest != ""; {
		var (
			t  tag
			ok bool
		)
		if t, rest, ok = cutTag(rest); !ok {
			return nil, invalidField(field, `must be * or a list of entity tags like "1"`)
		}
		list.tags = append(list.tags, t)
	}
	if len(list.tags) == 0 {
		return nil, invalidField(field, `must be * or a list of entity tags like "1"`)
	}
	return list, nil
}

// cutTag takes the first entity tag off a list, and what separates it from the next.
func cutTag(s string) (t tag, rest string, ok bool) {
	s, t.weak = strings.CutPrefix(s, "W/")
	if !strings.HasPrefix(s, `"`) {
		return tag{}, "", false
	}
	end := strings.IndexByte(s[1:], '"')
	if end < 0 || strings.ContainsFunc(s[1:end+1], notETagChar) {
		return tag{}, "", false
	}
	t.opaque, rest = s[:end+2], strings.TrimLeft(s[end+2:], " \t")
	if rest != "" && rest[0] != ',' {
		return tag{}, "", false
	}
	return t, strings.TrimLeft(rest, " \t,"), true
}

func notETagChar(r rune) bool { return r <= ' ' || r == 0x7f }
