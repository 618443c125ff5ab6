// Command floor is the benchmark's lower yardstick: a function that answers a
// constant. What it takes is what the runtime and aws-lambda-go take, and no Go
// function of this shape can do with less.
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
