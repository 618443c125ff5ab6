package dynamo

import (
	"fmt"

	"users-api/pkg/apperr"
)

// Precondition is what a write requires of the version that it replaces.
type Precondition interface {
	// Allows reports whether the write may replace a version.
	Allows(version int64) bool
	// Expected returns the one version that may be replaced; 0 if there is none, or more than one.
	Expected() int64
}

// CheckVersion returns PreconditionFailed if a precondition does not allow replacing a version of
// what is named for the client, such as "User".
func CheckVersion(pre Precondition, version int64, what string) error {
	if pre.Allows(version) {
		return nil
	}
	return apperr.Wrap(apperr.PreconditionFailed, what+" has changed; get it again", fmt.Errorf("version is %d", version))
}
