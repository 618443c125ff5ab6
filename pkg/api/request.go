package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"users-api/pkg/apperr"
)

// Request is what the service reads of an API Gateway proxy event (REST API,
// payload format 1.0). Members that it does not read, the Authorization header
// among them, are skipped while decoding and so can end up nowhere.
type Request struct {
	Resource        string              `json:"resource"` // "/users/{id}"
	Method          string              `json:"httpMethod"`
	PathParameters  map[string]string   `json:"pathParameters"`
	SingleQuery     map[string]string   `json:"queryStringParameters"`
	Query           map[string][]string `json:"multiValueQueryStringParameters"`
	Headers         header              `json:"headers"`
	HeaderLines     json.RawMessage     `json:"multiValueHeaders"` // read only where a header stands on several
	Body            string              `json:"body"`              // null reads as ""
	IsBase64Encoded bool                `json:"isBase64Encoded"`
	RequestContext  RequestContext      `json:"requestContext"`
}

// RequestContext is what API Gateway itself says about a request.
type RequestContext struct {
	RequestID  string          `json:"requestId"`
	Authorizer json.RawMessage `json:"authorizer"` // the authorizer's context; see package auth
}

// header has the headers that the service reads. encoding/json compares member
// names without regard to case, which is the rule for header names (RFC 9110,
// section 5.1).
type header struct {
	ContentType    string `json:"content-type"`
	IfMatch        string `json:"if-match"`
	IfNoneMatch    string `json:"if-none-match"`
	IdempotencyKey string `json:"idempotency-key"`
	CorrelationID  string `json:"x-correlation-id"`
	Origin         string `json:"origin"`
}

// decodeRequest reads an event. It gives a request also with an error, so that
// there is one to answer and to log.
func decodeRequest(payload []byte) (*Request, error) {
	req := new(Request)
	if err := json.Unmarshal(payload, req); err != nil {
		return req, malformedEvent(err)
	}
	req.RequestContext.RequestID = clip(req.RequestContext.RequestID, maxValueBytes)
	if hasSeveralLines(req.HeaderLines) {
		var lines headerLines
		if err := json.Unmarshal(req.HeaderLines, &lines); err != nil {
			return req, malformedEvent(err)
		}
		req.Headers = lines.join()
	}
	return req, nil
}

// hasSeveralLines tells whether a header may stand on several lines, of which
// API Gateway's headers have the last one only: some list in multiValueHeaders
// has a second text. Elsewhere, a comma between quotes is escaped.
func hasSeveralLines(multiValueHeaders []byte) bool {
	return bytes.Contains(multiValueHeaders, []byte(`","`)) || bytes.Contains(multiValueHeaders, []byte(`", `))
}

// headerLines has a value for each line that a header stands on.
type headerLines struct {
	ContentType    []string `json:"content-type"`
	IfMatch        []string `json:"if-match"`
	IfNoneMatch    []string `json:"if-none-match"`
	IdempotencyKey []string `json:"idempotency-key"`
	CorrelationID  []string `json:"x-correlation-id"`
	Origin         []string `json:"origin"`
}

func malformedEvent(err error) error {
	return apperr.Wrap(apperr.Invalid, "Malformed request", fmt.Errorf("decode event: %w", err))
}

// join makes one value of a header that stands on several lines (RFC 9110,
// section 5.3).
func (l headerLines) join() header {
	return header{
		ContentType:    strings.Join(l.ContentType, ", "),
		IfMatch:        strings.Join(l.IfMatch, ", "),
		IfNoneMatch:    strings.Join(l.IfNoneMatch, ", "),
		IdempotencyKey: strings.Join(l.IdempotencyKey, ", "),
		CorrelationID:  strings.Join(l.CorrelationID, ", "),
		Origin:         strings.Join(l.Origin, ", "),
	}
}

// QueryValue gives a query parameter, and whether it is there. One that stands
// twice is Invalid: which of them was meant nobody can tell.
func (r *Request) QueryValue(key string) (string, bool, error) {
	if many := r.Query[key]; len(many) > 1 {
		return "", false, invalidField(key, "must stand once")
	} else if len(many) == 1 {
		return many[0], true, nil
	}
	one, ok := r.SingleQuery[key]
	return one, ok, nil
}

// RefuseUnknownQuery is Invalid where the query has another parameter than
// those that are known: a misspelt one would silently change the answer.
func (r *Request) RefuseUnknownQuery(known ...string) error {
	for key := range r.SingleQuery {
		if !slices.Contains(known, key) {
			return invalidField(clip(key, maxFieldBytes), "is not a parameter of this request")
		}
	}
	for key := range r.Query {
		if !slices.Contains(known, key) {
			return invalidField(clip(key, maxFieldBytes), "is not a parameter of this request")
		}
	}
	return nil
}

const maxFieldBytes = 64

func invalidField(field, message string) error {
	return apperr.New(apperr.Invalid, "Validation failed", apperr.Detail{Field: field, Message: message})
}

const maxIdempotencyKeyBytes = 255

// IdempotencyKey gives the request's Idempotency-Key; "" where it has none. One
// that is no visible ASCII of 1 to 255 characters is Invalid.
func (r *Request) IdempotencyKey() (string, error) {
	key := r.Headers.IdempotencyKey
	if key == "" {
		return "", nil
	}
	visible := func(c rune) bool { return c > ' ' && c <= '~' }
	if len(key) > maxIdempotencyKeyBytes || strings.ContainsFunc(key, func(c rune) bool { return !visible(c) }) {
		return "", invalidField("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
	}
	return key, nil
}

// body gives the bytes that the client sent.
func (r *Request) body() ([]byte, error) {
	if !r.IsBase64Encoded {
		return []byte(r.Body), nil
	}
	b, err := base64.StdEncoding.DecodeString(r.Body)
	if err != nil {
		return nil, apperr.Wrap(apperr.Invalid, "Malformed request body", fmt.Errorf("decode base64: %w", err))
	}
	return b, nil
}
