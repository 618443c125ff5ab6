package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"users-api/pkg/apperr"
)

// Response is a handler's answer. Encode adds the headers that all answers have.
type Response struct {
	Status     int
	Body       []byte        // JSON; empty for none
	ETag       string        // with its quotes; "" for none
	Location   string        // "" for none
	RetryAfter time.Duration // 0 for none
	Replayed   bool          // it repeats the answer to an earlier request with the same Idempotency-Key
}

// JSON returns an answer with a value as JSON.
func JSON(status int, value any) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fmt.Errorf("encode answer: %w", err)
	}
	return Response{Status: status, Body: body}, nil
}

// Versioned returns an answer with a version of a resource as JSON, and its ETag.
func Versioned(status int, version int64, value any) (Response, error) {
	res, err := JSON(status, value)
	res.ETag = ETag(version)
	return res, err
}

// NoContent returns the answer 204.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// errorBody is the shape of every error, including API Gateway's own
// (resources/gateway-responses.yml).
type errorBody struct {
	Error     string          `json:"error"`
	Details   []apperr.Detail `json:"details,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
}

// Error returns the answer to a failed request. It shows nothing of the error's cause.
func Error(err error, requestID string) Response {
	e := apperr.From(err)
	res, _ := JSON(StatusOf(err), errorBody{e.Message, e.Details, requestID}) // strings, which cannot fail
	res.RetryAfter = e.RetryAfter
	return res
}

// exposedHeaders may be read by a page of another origin (Fetch standard, section 3.3.2).
// serverless.yml has the same list for API Gateway's own answers.
const exposedHeaders = "ETag,Location,Retry-After,Idempotency-Replayed,X-Correlation-Id,x-amzn-RequestId"

// proxyResponse is API Gateway's form of an answer.
type proxyResponse struct {
	StatusCode int     `json:"statusCode"`
	Headers    headers `json:"headers"`
	Body       string  `json:"body"`
}

// headers are all headers that an answer can have: the handler's own, and those of every answer:
// its type, CORS, and that it is private and must be revalidated.
type headers struct {
	ETag          string `json:"ETag,omitempty"`
	Location      string `json:"Location,omitempty"`
	RetryAfter    string `json:"Retry-After,omitempty"`
	Replayed      string `json:"Idempotency-Replayed,omitempty"`
	Challenge     string `json:"WWW-Authenticate,omitempty"` // API Gateway renames it to x-amzn-Remapped-WWW-Authenticate
	ContentType   string `json:"Content-Type,omitempty"`
	CacheControl  string `json:"Cache-Control"`
	SniffType     string `json:"X-Content-Type-Options"`
	CorrelationID string `json:"X-Correlation-Id,omitempty"`
	AllowOrigin   string `json:"Access-Control-Allow-Origin,omitempty"`
	ExposeHeaders string `json:"Access-Control-Expose-Headers"`
	Vary          string `json:"Vary,omitempty"`
}

// Encoder writes answers as API Gateway reads them. Origins may read them; "*" is any origin.
type Encoder struct{ Origins []string }

// Encode returns the proxy response for an answer to a request. The answer to HEAD has the headers
// of the body, but not the body (RFC 9110, section 9.3.2).
func (e Encoder) Encode(res Response, req *Request) ([]byte, error) {
	h := headers{
		ETag: res.ETag, Location: res.Location,
		CacheControl: "private, no-cache", SniffType: "nosniff",
		CorrelationID: req.CorrelationID(),
		AllowOrigin:   e.allowedOrigin(req.Headers.Origin),
		ExposeHeaders: exposedHeaders,
	}
	if res.RetryAfter > 0 {
		h.RetryAfter = strconv.Itoa(int((res.RetryAfter + time.Second - 1) / time.Second))
	}
	if res.Replayed {
		h.Replayed = "true"
	}
	if res.Status == http.StatusUnauthorized {
		h.Challenge = `Bearer error="invalid_token"` // RFC 6750, section 3
	}
	if len(res.Body) > 0 {
		h.ContentType = "application/json"
	}
	if len(e.Origins) > 1 {
		h.Vary = "Origin"
	}
	if req.Method == http.MethodHead {
		res.Body = nil
	}
	return json.Marshal(proxyResponse{res.Status, h, string(res.Body)})
}

// allowedOrigin returns the Access-Control-Allow-Origin for a page of an origin: "*", the only
// configured origin, or the page's own if it is one of several.
func (e Encoder) allowedOrigin(origin string) string {
	if len(e.Origins) == 1 {
		return e.Origins[0]
	}
	if slices.Contains(e.Origins, origin) {
		return origin
	}
	return ""
}

// statuses has the HTTP status of each kind of error.
var statuses = map[apperr.Kind]int{
	apperr.Invalid:              http.StatusBadRequest,
	apperr.Unauthenticated:      http.StatusUnauthorized,
	apperr.Forbidden:            http.StatusForbidden,
	apperr.NotFound:             http.StatusNotFound,
	apperr.Conflict:             http.StatusConflict,
	apperr.PreconditionFailed:   http.StatusPreconditionFailed,
	apperr.TooLarge:             http.StatusRequestEntityTooLarge,
	apperr.UnsupportedMediaType: http.StatusUnsupportedMediaType,
	apperr.KeyReused:            http.StatusUnprocessableEntity,
	apperr.Unavailable:          http.StatusServiceUnavailable,
	apperr.Timeout:              http.StatusGatewayTimeout,
}

// StatusOf returns the HTTP status of an error, by its kind.
func StatusOf(err error) int {
	return cmp.Or(statuses[apperr.KindOf(err)], http.StatusInternalServerError)
}
