package store

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"github.com/google/uuid"

	"users-api/pkg/apperr"
)

// A cursor is the id of the last user of a page, with a checksum over it and
// the name of the index, so that one that is cut short, mistyped or of another
// list is told from ours. It holds nothing secret and gives no right.
const cursorBytes = 16 + crc32.Size

// beforeAll is greater than every id: the cursor before the first page.
const beforeAll = "~"

func encodeCursor(id string) string {
	u := uuid.MustParse(id) // ids in the index are ours
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(u[:], checksum(u)))
}

// decodeCursor gives the id that a page starts behind. The error is Invalid.
func decodeCursor(cursor string) (string, error) {
	if cursor == "" {
		return beforeAll, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != cursorBytes {
		return "", badCursor()
	}
	id := uuid.UUID(b[:16]).String()
	if encodeCursor(id) != cursor { // the decoder takes more than one spelling, and line breaks
		return "", badCursor()
	}
	return id, nil
}

func checksum(id uuid.UUID) uint32 {
	return crc32.ChecksumIEEE(append([]byte(creationIndex), id[:]...))
}

func badCursor() error {
	return apperr.New(apperr.Invalid, "Validation failed",
		apperr.Detail{Field: "cursor", Message: "must be the nextCursor of an earlier answer"})
}
