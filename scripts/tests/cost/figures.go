// Package cost tests what the operations of the store cost in DynamoDB: calls and
// request units, which Amazon bills, and that a page of a list costs the same however
// many users there are. It computes the tables in docs/cost.md from what is measured
// (figures.json) and from Amazon's prices (prices.json).
//
// Read units are what DynamoDB Local reports. Write units are counted from the calls by
// Amazon's published rules, because DynamoDB Local reports only one item of a
// transaction, and its index twice.
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
	Authorized float64            // share of the requests whose credential API Gateway has not cached
	Stage      map[string]float64 // how many a stage has in a month, by the name of the price
	Months     []float64          // requests a month
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
	Name, What string
	USD, Per   float64 // dollars for so many
}

// cost returns the dollars for a quantity of what has the price.
func cost(name string, quantity float64) float64 {
	i := slices.IndexFunc(prices, func(p price) bool { return p.Name == name })
	if i < 0 {
		panic(fmt.Errorf("prices.json has no price of a %s", name))
	}
	return prices[i].USD * quantity / prices[i].Per
}

func parse[T any](text []byte) (v T) {
	if err := json.Unmarshal(text, &v); err != nil {
		panic(fmt.Errorf("a file of package cost is not valid: %w", err))
	}
	return v
}
