package people

import (
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// ID gives a UUIDv7 of a time. Its random part, by which the store spreads users,
// is the same for the same number.
func ID(at time.Time, looks int) uuid.UUID {
	random := rand.New(rand.NewPCG(0, uint64(looks)))
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16|7<<12|random.Uint64()>>52)
	binary.BigEndian.PutUint64(id[8:], 0b10<<62|random.Uint64()>>2)
	return id
}
