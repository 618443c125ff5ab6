package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"users-api/pkg/user"
)

// item is one item of the table.
type item = map[string]types.AttributeValue

// Names of the table's key, of its index, and of the index's partition key.
const (
	keyAttribute   = "id"
	creationIndex  = "byCreation"
	shardAttribute = "listShard"
)

// listShards is how many partitions the index byCreation spreads over. An index
// partition takes 1,000 writes a second, and ids that grow with time all go to
// the end of one; a page of a list asks all of them. Two bear what the routes
// that write let through, 500 a second each. It may grow, never shrink: users
// stay in the shard that they were written to.
const listShards = 2

// userItem is a user as it stands in the table.
type userItem struct {
	ID        string `dynamodbav:"id"`
	Name      string `dynamodbav:"name"`
	Email     string `dynamodbav:"email"`
	Age       *int   `dynamodbav:"age,omitempty"`
	CreatedAt string `dynamodbav:"createdAt"`
	UpdatedAt string `dynamodbav:"updatedAt"`
	Version   int64  `dynamodbav:"version"`
	ListShard int    `dynamodbav:"listShard"`
}

// reservation says whose a normalised address is.
type reservation struct {
	ID     string `dynamodbav:"id"`
	UserID string `dynamodbav:"userId"`
}

// idempotencyRecord says what a creation with an Idempotency-Key made.
type idempotencyRecord struct {
	ID          string `dynamodbav:"id"`
	UserID      string `dynamodbav:"userId"`
	Fingerprint string `dynamodbav:"fingerprint"`
	ExpiresAt   int64  `dynamodbav:"expiresAt"` // seconds since the epoch, as DynamoDB's TTL has it
}

func toItem(u user.User) (item, error) {
	return attributevalue.MarshalMap(userItem{
		ID: u.ID, Name: u.Name, Email: u.Email, Age: u.Age, Version: u.Version,
		CreatedAt: u.CreatedAt.String(), UpdatedAt: u.UpdatedAt.String(), ListShard: shardOf(u.ID),
	})
}

// fromItem reads the attributes one by one: a page of a list is many items, and
// reflection would be a tenth of its cost.
func fromItem(it item) (user.User, error) {
	f := fields{of: it}
	u := user.User{
		ID: f.text(keyAttribute), Name: f.text("name"), Email: f.text("email"), Version: f.number("version"),
		CreatedAt: f.time("createdAt"), UpdatedAt: f.time("updatedAt"),
	}
	if _, said := it["age"]; said {
		age := int(f.number("age"))
		u.Age = &age
	}
	return u, f.err
}

// fields reads attributes of an item and keeps the first error.
type fields struct {
	of  item
	err error
}

func (f *fields) text(name string) string {
	v, ok := f.of[name].(*types.AttributeValueMemberS)
	if !ok {
		f.fail(name, errors.New("is no text"))
		return ""
	}
	return v.Value
}

func (f *fields) number(name string) int64 {
	v, ok := f.of[name].(*types.AttributeValueMemberN)
	if !ok {
		f.fail(name, errors.New("is no number"))
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	f.fail(name, err)
	return n
}

func (f *fields) time(name string) user.Time {
	t, err := user.ParseTime(f.text(name))
	f.fail(name, err)
	return t
}

func (f *fields) fail(name string, err error) {
	if f.err == nil && err != nil {
		f.err = fmt.Errorf("%s: %w", name, err)
	}
}

// shardOf spreads users by the last digit of their id, which is random; half of
// the digits are even, by their codes.
func shardOf(id string) int {
	return int(id[len(id)-1]) % listShards
}

func key(id string) item {
	return item{keyAttribute: &types.AttributeValueMemberS{Value: id}}
}

// reservationID is the id of an address's reservation.
func reservationID(email string) (string, error) {
	address, err := user.NormalizeEmail(email)
	if err != nil {
		return "", err
	}
	return "email#" + address, nil
}

// Idempotency is a client's Idempotency-Key and who that client is: two
// principals with one key do not meet. The zero value is no key.
type Idempotency struct {
	Principal string
	Key       string // visible ASCII
}

// idempotencyTTL is how long a key is remembered.
const idempotencyTTL = 24 * time.Hour

// record is what is remembered of a creation.
func (i Idempotency) record(userID string, in user.Input, now time.Time) (idempotencyRecord, error) {
	fingerprint, err := fingerprint(in)
	sum := sha256.Sum256([]byte(i.Principal + "\x00" + i.Key))
	return idempotencyRecord{
		ID:          "idempotency#" + hex.EncodeToString(sum[:]),
		UserID:      userID,
		Fingerprint: fingerprint,
		ExpiresAt:   now.Add(idempotencyTTL).Unix(),
	}, err
}

// fingerprint tells whether two inputs are the same, without keeping either.
func fingerprint(in user.Input) (string, error) {
	b, err := json.Marshal(in)
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}
