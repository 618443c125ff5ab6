// Command floor is the benchmark's lower yardstick: a function that answers a
// constant. It costs what the Go runtime and aws-lambda-go cost, which is the least
// that a function of this kind can cost.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func handle(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	return events.APIGatewayProxyResponse{StatusCode: http.StatusOK, Body: `{"ok":true}`}, nil
}

func main() {
	lambda.Start(handle)
}
