package dynamo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/apperr"
)

// Idempotency is a client's Idempotency-Key and the principal that sent it: the same key of two
// principals is two keys. The zero value is no key.
type Idempotency struct {
	Principal string
	Key       string // visible ASCII
}

// idempotencyTTL is how long a key is remembered.
const idempotencyTTL = 24 * time.Hour

// Record returns the write that remembers what a creation with the key made, by attributes from
// which it can be made again, and the creation's input. The write's condition fails, and returns
// the record, if the key was used within a day. expiresAt is in seconds since the epoch, for
// DynamoDB's TTL, which deletes late: a record that has expired counts as deleted.
func (i Idempotency) Record(table string, made Item, input any, now time.Time) *types.Put {
	record := Item{
		KeyAttribute:  Text("idempotency#" + digest([]byte(i.Principal+"\x00"+i.Key))),
		"fingerprint": Text(fingerprint(input)),
		"expiresAt":   Number(now.Add(idempotencyTTL).Unix()),
	}
	maps.Copy(record, made)
	return &types.Put{
		TableName: &table, Item: record,
		ConditionExpression:                 aws.String("attribute_not_exists(" + KeyAttribute + ") OR expiresAt <= :now"),
		ExpressionAttributeValues:           Item{":now": Number(now.Unix())},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
}

// CheckReplay returns KeyReused unless a key's record is of the same input.
func CheckReplay(record Item, input any) error {
	a := Attributes{Of: record}
	stored := a.Text("fingerprint")
	if a.Err() != nil {
		return fmt.Errorf("read idempotency record: %w", a.Err())
	}
	if stored != fingerprint(input) {
		return apperr.New(apperr.KeyReused, "Idempotency-Key was used with another request")
	}
	return nil
}

// fingerprint tells two inputs apart without keeping either.
func fingerprint(input any) string {
	b, _ := json.Marshal(input) // strings and numbers, which cannot fail
	return digest(b)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
