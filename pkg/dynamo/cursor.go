package dynamo

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"github.com/google/uuid"

	"users-api/pkg/apperr"
)

// beforeAll is greater than every id: the position of the first page.
const beforeAll = "~"

var errBadCursor = apperr.InvalidField("cursor", "must be the nextCursor of an earlier answer")

// encodeCursor returns the cursor after an item: its id, with a checksum over it and the name of the
// index, so that a truncated or mistyped cursor, or one of another list, is recognized. It holds
// nothing secret and grants nothing.
func encodeCursor(index string, id uuid.UUID) string {
	checksum := crc32.ChecksumIEEE(append([]byte(index), id[:]...))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(id[:], checksum))
}

// decodeCursor returns the id after which a page starts. The error is Invalid.
func decodeCursor(index, cursor string) (string, error) {
	if cursor == "" {
		return beforeAll, nil
	}
	var id uuid.UUID
	b, _ := base64.RawURLEncoding.DecodeString(cursor)
	copy(id[:], b)
	if encodeCursor(index, id) != cursor { // also another spelling, which the decoder accepts
		return "", errBadCursor
	}
	return id.String(), nil
}
