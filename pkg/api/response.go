package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"users-api/pkg/apperr"
)

// Response is a handler's answer. The edge adds the headers that all answers have.
type Response struct {
	Status int
	Header map[string]string
	Body   []byte // JSON; empty for none
}

// JSON answers with a value as JSON. Header is taken as it is.
func JSON(status int, value any, header map[string]string) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fmt.Errorf("encode answer: %w", err)
	}
	return Response{Status: status, Header: header, Body: body}, nil
}

// NoContent answers that it is done and there is nothing to say.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// Versioned answers 200 with a version of something and its ETag.
func Versioned(version int64, value any) (Response, error) {
	return JSON(http.StatusOK, value, map[string]string{"ETag": ETag(version)})
}

// NotModified answers 304: the version that the client has is the current one.
func NotModified(version int64) Response {
	return Response{Status: http.StatusNotModified, Header: map[string]string{"ETag": ETag(version)}}
}

// errorBody is the one shape of an error, API Gateway's own included
// (resources/gateway-responses.yml).
type errorBody struct {
	Error     string          `json:"error"`
	Details   []apperr.Detail `json:"details,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
}

func errorResponse(e *apperr.Error, requestID string) Response {
	res, err := JSON(statusOf(e.Kind), errorBody{e.Message, e.Details, requestID}, map[string]string{})
	if err != nil {
		res = Response{Status: http.StatusInternalServerError, Header: map[string]string{}, Body: []byte(`{"error":"Internal server error"}`)}
	}
	if e.RetryAfter > 0 {
		seconds := (e.RetryAfter + time.Second - 1) / time.Second
		res.Header["Retry-After"] = strconv.Itoa(int(seconds))
	}
	return res
}

// exposedHeaders may be read by a page of another origin (Fetch standard,
// section 3.3.2). The same list stands in serverless.yml for API Gateway's own
// answers.
const exposedHeaders = "ETag,Location,Retry-After,X-Correlation-Id,x-amzn-RequestId"

// finish adds what every answer has: its type, CORS, and that it is the
// caller's own, to be asked for again before it is used again.
func (e *Edge) finish(res *Response, req *Request, line *Line) {
	if res.Header == nil {
		res.Header = make(map[string]string, 6)
	}
	if len(res.Body) > 0 {
		res.Header["Content-Type"] = "application/json"
	}
	res.Header["Cache-Control"] = "private, no-cache"
	res.Header["X-Content-Type-Options"] = "nosniff"
	res.Header["X-Correlation-Id"] = line.correlationID
	res.Header["Access-Control-Expose-Headers"] = exposedHeaders
	if origin := e.allowedOrigin(req.Headers.Origin); origin != "" {
		res.Header["Access-Control-Allow-Origin"] = origin
	}
	if len(e.config.Origins) > 1 {
		res.Header["Vary"] = "Origin"
	}
}

// allowedOrigin is what is said to a page of the given origin: "*", the only
// origin there is, or the one of several that asks.
func (e *Edge) allowedOrigin(asking string) string {
	if len(e.config.Origins) == 1 {
		return e.config.Origins[0]
	}
	if slices.Contains(e.config.Origins, asking) {
		return asking
	}
	return ""
}

// proxyResponse is API Gateway's form of an answer.
type proxyResponse struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Body       string            `json:"body"`
}

func (r Response) encode() ([]byte, error) {
	return json.Marshal(proxyResponse{r.Status, r.Header, string(r.Body)})
}
