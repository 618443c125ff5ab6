// Package env reads environment variables and collects everything that is wrong with them, so that
// a deployment that cannot work says all of it in one error.
package env

import (
	"errors"
	"fmt"
	"strings"
)

// Lookup returns the value of a variable and reports whether it is set, as os.LookupEnv does.
type Lookup = func(name string) (string, bool)

// Reader reads variables. An empty variable counts as not set, as CloudFormation cannot omit one.
type Reader struct {
	lookup Lookup
	faults []string
}

// New returns a Reader of the variables that lookup knows.
func New(lookup Lookup) *Reader { return &Reader{lookup: lookup} }

// Text returns a variable without the white space around it, or its default.
func (r *Reader) Text(name, byDefault string) string {
	if v := strings.TrimSpace(r.Secret(name)); v != "" {
		return v
	}
	return byDefault
}

// Secret returns a variable as it is; "" if it is not set. A fault must not quote it.
func (r *Reader) Secret(name string) string {
	v, _ := r.lookup(name)
	return v
}

// Require returns a variable that ok must accept. The fault quotes the value and says what it must be.
func (r *Reader) Require(name string, ok func(string) bool, what string) string {
	v := r.Text(name, "")
	if !ok(v) {
		r.Fault("%s=%q: must be %s", name, v, what)
	}
	return v
}

// Fault records something that is wrong, as fmt.Sprintf formats it.
func (r *Reader) Fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// Err returns one error, on one line, with every fault in the order found; nil without one.
func (r *Reader) Err() error {
	if len(r.faults) == 0 {
		return nil
	}
	return errors.New(strings.Join(r.faults, "; "))
}

// IsName reports whether a text is not empty and consists of ASCII letters, digits and the
// characters of more. (A regular expression takes half a millisecond of a start to compile.)
func IsName(s, more string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(more, r))
	})
}

// NotEmpty accepts every value but the empty one.
func NotEmpty(s string) bool { return s != "" }
