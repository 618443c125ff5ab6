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
	Status     int
	Body       []byte        // JSON; empty for none
	ETag       string        // with its quotes; "" for none
	Location   string        // "" for none
	RetryAfter time.Duration // 0 for none
}

// JSON answers with a value as JSON.
func JSON(status int, value any) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fmt.Errorf("encode answer: %w", err)
	}
	return Response{Status: status, Body: body}, nil
}

// Versioned answers with a version of something as JSON, and its ETag.
func Versioned(status int, version int64, value any) (Response, error) {
	res, err := JSON(status, value)
	res.ETag = ETag(version)
	return res, err
}

// NoContent answers that it is done and there is nothing to say.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// NotModified answers 304: the version that the client has is the current one.
func NotModified(version int64) Response {
	return Response{Status: http.StatusNotModified, ETag: ETag(version)}
}

// errorBody is the one shape of an error, API Gateway's own included
// (resources/gateway-responses.yml).
type errorBody struct {
	Error     string          `json:"error"`
	Details   []apperr.Detail `json:"details,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
}

func errorResponse(e *apperr.Error, requestID string) Response {
	res, err := JSON(statusOf(e.Kind), errorBody{e.Message, e.Details, requestID})
	if err != nil {
		res = Response{Status: http.StatusInternalServerError, Body: []byte(`{"error":"Internal server error"}`)}
	}
	res.RetryAfter = e.RetryAfter
	return res
}

// exposedHeaders may be read by a page of another origin (Fetch standard,
// section 3.3.2). The same list stands in serverless.yml for API Gateway's own
// answers.
const exposedHeaders = "ETag,Location,Retry-After,X-Correlation-Id,x-amzn-RequestId"

// proxyResponse is API Gateway's form of an answer.
type proxyResponse struct {
	StatusCode int     `json:"statusCode"`
	Headers    headers `json:"headers"`
	Body       string  `json:"body"`
}

// headers are all that an answer can have: the handler's, and those of every
// answer, which say its type, CORS, and that it is the caller's own, to be asked
// for again before it is used again.
type headers struct {
	ETag          string `json:"ETag,omitempty"`
	Location      string `json:"Location,omitempty"`
	RetryAfter    string `json:"Retry-After,omitempty"`
	ContentType   string `json:"Content-Type,omitempty"`
	CacheControl  string `json:"Cache-Control"`
	SniffType     string `json:"X-Content-Type-Options"`
	CorrelationID string `json:"X-Correlation-Id,omitempty"`
	AllowOrigin   string `json:"Access-Control-Allow-Origin,omitempty"`
	ExposeHeaders string `json:"Access-Control-Expose-Headers"`
	Vary          string `json:"Vary,omitempty"`
}

// encode gives an answer to a request as API Gateway reads it.
func (e *Edge) encode(res Response, req *Request, line *Line) ([]byte, error) {
	h := headers{
		ETag: res.ETag, Location: res.Location,
		CacheControl: "private, no-cache", SniffType: "nosniff",
		CorrelationID: line.correlationID,
		AllowOrigin:   e.allowedOrigin(req.Headers.Origin),
		ExposeHeaders: exposedHeaders,
	}
	if res.RetryAfter > 0 {
		h.RetryAfter = strconv.Itoa(int((res.RetryAfter + time.Second - 1) / time.Second))
	}
	if len(res.Body) > 0 {
		h.ContentType = "application/json"
	}
	if len(e.config.Origins) > 1 {
		h.Vary = "Origin"
	}
	return json.Marshal(proxyResponse{res.Status, h, string(res.Body)})
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
