package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

var (
	//go:embed figures.json
	figuresJSON []byte
	//go:embed prices.json
	pricesJSON []byte

	figures = parse[measured](figuresJSON)
	prices  = parse[[]price](pricesJSON)
)

// measured is what was measured, and what is assumed of a month. The tests measure the operations
// again; those of the plugin count the alarms.
type measured struct {
	Operations []operation
	Invocation struct { // at most, of any function
		Megabytes, Milliseconds                    float64
		LineBytes, LambdaLineBytes, AccessLogBytes float64 // START, END and REPORT are Lambda's
	}
	Authorizer struct {
		Share     float64 // of the requests whose credential API Gateway has not cached
		Instances float64 // that read the secret
	}
	Stage  map[string]float64 // how many a stage has, by the name of the price
	Months []float64          // requests a month
	Memory []struct {
		Label        string
		Milliseconds map[string]float64 // by megabytes
	}
}

// operation is an operation of the store, on a route.
type operation struct {
	Name, Route string
	Label       string  // in the table of requests, if it is there
	Share       float64 // of the requests of a month
	units
}

// units is what an operation uses: calls to the table and request units.
type units struct {
	Calls                           int
	Reads, TableWrites, IndexWrites float64
}

func (u units) writes() float64 { return u.TableWrites + u.IndexWrites }

// price is Amazon's public price in us-east-1, without free tiers.
type price struct {
	Name, What   string
	USD, Per     float64 // dollars for so many
	Unit         string
	Source, Date string
}

// cost returns the dollars for a quantity of what has the price.
func cost(name string, quantity float64) float64 {
	p := find(name)
	return p.USD * quantity / p.Per
}

func find(name string) price {
	i := slices.IndexFunc(prices, func(p price) bool { return p.Name == name })
	if i < 0 {
		panic(fmt.Errorf("prices.json has no price of a %s", name))
	}
	return prices[i]
}

func parse[T any](text []byte) (v T) {
	if err := json.Unmarshal(text, &v); err != nil {
		panic(fmt.Errorf("a file of package cost is not valid: %w", err))
	}
	return v
}
