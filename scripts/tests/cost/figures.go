package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed figures.json
var figuresJSON []byte

// figures is what was measured. The tests measure it again.
var figures = parse[struct {
	Operations []operation
}](figuresJSON)

// operation is an operation of the store, on a route.
type operation struct {
	Name, Route string
	units
}

// units is what an operation uses: calls to the table and request units.
type units struct {
	Calls                           int
	Reads, TableWrites, IndexWrites float64
}

func parse[T any](text []byte) (v T) {
	if err := json.Unmarshal(text, &v); err != nil {
		panic(fmt.Errorf("a file of package cost is not valid: %w", err))
	}
	return v
}
