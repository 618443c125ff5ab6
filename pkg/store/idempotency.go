package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/apperr"
	"users-api/pkg/user"
)

// Idempotency is a client's Idempotency-Key and the principal that sent it: the same key of two
// principals is two keys. The zero value is no key.
type Idempotency struct {
	Principal string
	Key       string // visible ASCII
}

// idempotencyTTL is how long a key is remembered.
const idempotencyTTL = 24 * time.Hour

// putRecord writes what a creation with a key made. expiresAt is in seconds since the epoch, for
// DynamoDB's TTL. TTL deletes late, so a record that has expired counts as deleted.
func (t *Table) putRecord(id user.ID, in user.Input, idem Idempotency) *types.Put {
	now := t.now()
	return &types.Put{
		TableName: &t.name,
		Item: item{
			keyAttribute:  text("idempotency#" + digest([]byte(idem.Principal+"\x00"+idem.Key))),
			"userId":      text(id.String()),
			"fingerprint": text(fingerprint(in)),
			"expiresAt":   number(now.Add(idempotencyTTL).Unix()),
		},
		ConditionExpression:                 aws.String("attribute_not_exists(id) OR expiresAt <= :now"),
		ExpressionAttributeValues:           item{":now": number(now.Unix())},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// fingerprint tells two inputs apart without keeping either.
func fingerprint(in user.Input) string {
	b, _ := json.Marshal(in) // strings and a number, which cannot fail
	return digest(b)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// replay returns the user that an earlier request with the same key created. Its record and the
// input are enough to make it again.
func replay(record item, in user.Input) (user.User, error) {
	a := attributes{of: record}
	id, stored := a.id("userId"), a.text("fingerprint")
	if a.err != nil {
		return user.User{}, fmt.Errorf("read idempotency record: %w", a.err)
	}
	if stored != fingerprint(in) {
		return user.User{}, apperr.New(apperr.KeyReused, "Idempotency-Key was used with another request")
	}
	return user.New(id, in), nil
}
