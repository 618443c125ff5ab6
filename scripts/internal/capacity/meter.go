// Package capacity measures what calls to DynamoDB cost: how many there are, and
// the request units that they consume, which are what Amazon bills.
//
// Read units are what the engine reports. Write units are counted by Amazon's
// published rules from what was written ([Written]), because DynamoDB Local is
// wrong there: of a transaction it reports one item, and its index double.
package capacity

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Usage is what calls consumed.
type Usage struct {
	// Calls counts requests over the network, those that were sent again included.
	Calls int `json:"calls"`
	// Read are read units: a consistent read of up to 4 KB is one, another half.
	Read float64 `json:"readUnits"`
}

// Meter sums what the clients that it is attached to consume. They ask for it
// with each call, which production code does not. It may be used by several
// goroutines.
type Meter struct {
	mu    sync.Mutex
	usage Usage
}

// Take returns what was consumed since the last Take.
func (m *Meter) Take() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	usage := m.usage
	m.usage = Usage{}
	return usage
}

// Attach is an option of dynamodb.New.
func (m *Meter) Attach(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		if err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("MeterUnits", m.units), middleware.Before); err != nil {
			return err
		}
		// Of the steps of a call this one is repeated when it is sent again.
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("MeterCalls", m.calls), middleware.Before)
	})
}

func (m *Meter) calls(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	m.add(Usage{Calls: 1})
	return next.HandleDeserialize(ctx, in)
}

func (m *Meter) units(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	var err error
	if in.Parameters, err = asking(in.Parameters); err != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	}
	out, metadata, err := next.HandleInitialize(ctx, in)
	if err == nil {
		m.add(Usage{Read: consumed(out.Result)})
	}
	return out, metadata, err
}

func (m *Meter) add(more Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.usage.Calls += more.Calls
	m.usage.Read += more.Read
}

// asking gives a call's input, with the request to say what it consumes.
func asking(input any) (any, error) {
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		with := *in
		with.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &with, nil
	case *dynamodb.QueryInput:
		with := *in
		with.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		return &with, nil
	case *dynamodb.TransactWriteItemsInput:
		return in, nil
	}
	return nil, fmt.Errorf("scripts/capacity does not know what %T consumes: teach it", input)
}

func consumed(result any) float64 {
	var c *types.ConsumedCapacity
	switch out := result.(type) {
	case *dynamodb.GetItemOutput:
		c = out.ConsumedCapacity
	case *dynamodb.QueryOutput:
		c = out.ConsumedCapacity
	}
	if c == nil || c.CapacityUnits == nil {
		return 0
	}
	return *c.CapacityUnits
}
