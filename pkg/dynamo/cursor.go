package dynamo

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"

	"github.com/google/uuid"

	"users-api/pkg/apperr"
)

// A cursor is the id of the last item of a page, with a checksum over it and the name of the index,
// so that a truncated or mistyped cursor, or one of another list, is recognized. It holds nothing
// secret and grants nothing.
const cursorBytes = len(uuid.UUID{}) + crc32.Size

// beforeAll is greater than every id: the position of the first page.
const beforeAll = "~"

var errBadCursor = apperr.InvalidField("cursor", "must be the nextCursor of an earlier answer")

func encodeCursor(index string, id uuid.UUID) string {
	checksum := crc32.ChecksumIEEE(append([]byte(index), id[:]...))
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(id[:], checksum))
}

// decodeCursor returns the id after which a page starts. The error is Invalid.
func decodeCursor(index, cursor string) (string, error) {
	if cursor == "" {
		return beforeAll, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != cursorBytes {
		return "", errBadCursor
	}
	id := uuid.UUID(b[:len(uuid.UUID{})])
	if encodeCursor(index, id) != cursor { // the decoder accepts other spellings, and line breaks
		return "", errBadCursor
	}
	return id.String(), nil
}
