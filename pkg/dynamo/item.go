package dynamo

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is one item of a table.
type Item = map[string]types.AttributeValue

// KeyAttribute is the key of every table.
const KeyAttribute = "id"

// Key returns the key of an item.
func Key(id string) Item { return Item{KeyAttribute: Text(id)} }

// Text returns a string as an attribute.
func Text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// Number returns a number as an attribute.
func Number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// Attributes reads attributes of an item and keeps the first error, which names the attribute that
// is missing or of the wrong type; attributevalue would read zero.
type Attributes struct {
	Of  Item
	err error
}

// Err returns the first error.
func (a *Attributes) Err() error { return a.err }

// Text reads a string.
func (a *Attributes) Text(name string) string {
	v, ok := a.Of[name].(*types.AttributeValueMemberS)
	if !ok {
		a.fail(name, errors.New("is not a string"))
		return ""
	}
	return v.Value
}

// Number reads a number.
func (a *Attributes) Number(name string) int64 {
	v, ok := a.Of[name].(*types.AttributeValueMemberN)
	if !ok {
		a.fail(name, errors.New("is not a number"))
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	a.fail(name, err)
	return n
}

// Parse reads a string that has the form that parse accepts. An error of parse is about a client's
// input, so only its text is kept.
func Parse[T any](a *Attributes, name string, parse func(string) (T, error)) T {
	v, err := parse(a.Text(name))
	if err != nil {
		a.fail(name, fmt.Errorf("is malformed: %v", err))
	}
	return v
}

func (a *Attributes) fail(name string, err error) {
	if a.err == nil && err != nil {
		a.err = fmt.Errorf("%s: %w", name, err)
	}
}
