package apperr_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"users-api/pkg/apperr"
)

func TestKindOfUnclassifiedError(t *testing.T) {
	assert.Equal(t, apperr.Internal, apperr.KindOf(errors.New("boom")))
	assert.Equal(t, apperr.Internal, apperr.KindOf(nil))
}

func TestFrom(t *testing.T) {
	cause := errors.New("dial tcp: refused")
	classified := apperr.Wrap(apperr.Unavailable, "Service unavailable", cause)

	t.Run("nil", func(t *testing.T) {
		assert.Nil(t, apperr.From(nil))
	})
	t.Run("wrapped error", func(t *testing.T) {
		assert.Same(t, classified, apperr.From(fmt.Errorf("get user: %w", classified)))
	})
	t.Run("unclassified error", func(t *testing.T) {
		e := apperr.From(cause)
		assert.Equal(t, apperr.Internal, e.Kind)
		assert.NotContains(t, e.Message, "refused")
		assert.ErrorIs(t, e, cause)
	})
}

func TestErrorText(t *testing.T) {
	cause := errors.New("the cause")
	assert.Equal(t, "Not found", apperr.New(apperr.NotFound, "Not found").Error())
	assert.Equal(t, "Not found: the cause", apperr.Wrap(apperr.NotFound, "Not found", cause).Error())
}

func TestKindOfZeroKind(t *testing.T) {
	assert.Equal(t, apperr.Internal, apperr.KindOf(&apperr.Error{Message: "forgotten"}))
}
