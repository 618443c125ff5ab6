package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"users-api/pkg/apperr"
)

// maxBodyBytes is the size of the largest body that is read.
const maxBodyBytes = 64 << 10

// Decode reads the members of the JSON object in the request's body, names compared exactly. It is
// stricter than encoding/json: it refuses a second member of the same name, data after the object
// and invalid UTF-8, because two readers of such a body need not agree on what it says (RFC 8259,
// sections 4 and 8.1). Its errors are Invalid, TooLarge and UnsupportedMediaType.
func Decode(r *Request) (map[string]json.RawMessage, error) {
	if !isJSON(r.Headers.ContentType) {
		return nil, apperr.New(apperr.UnsupportedMediaType, "Content-Type must be application/json, in UTF-8")
	}
	body, err := r.body()
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxBodyBytes:
		return nil, apperr.New(apperr.TooLarge, fmt.Sprintf("Request body is larger than %d bytes", maxBodyBytes))
	case len(bytes.TrimSpace(body)) == 0:
		return nil, apperr.New(apperr.Invalid, "Request body is empty; send a JSON object")
	case !utf8.Valid(body):
		return nil, apperr.New(apperr.Invalid, "Request body is not valid UTF-8")
	case !json.Valid(body):
		return nil, notJSON(body)
	}
	return decodeObject(json.NewDecoder(bytes.NewReader(body)))
}

// isJSON reports whether a content type is application/json in UTF-8 or its subset US-ASCII, or
// absent, which API Gateway takes for JSON too.
func isJSON(contentType string) bool {
	media, params, err := mime.ParseMediaType(contentType)
	charset := params["charset"]
	return contentType == "" || err == nil && media == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "us-ascii"))
}

// notJSON returns the error for a body that is not valid JSON. Its cause is the position, without
// the decoder's message, which may quote the body. A body that begins with an object has data after
// it.
func notJSON(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(new(struct{})); err == nil {
		return apperr.New(apperr.Invalid, "Request body has data after the JSON object")
	}
	return apperr.Wrap(apperr.Invalid, "Request body is not valid JSON", fmt.Errorf("JSON syntax error at byte %d", d.InputOffset()))
}

// decodeObject reads valid JSON.
func decodeObject(d *json.Decoder) (map[string]json.RawMessage, error) {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, apperr.New(apperr.Invalid, "Request body must be a JSON object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		member := name.(string) // in valid JSON it is a member's name
		if _, duplicate := members[member]; duplicate {
			return nil, apperr.InvalidField(member, "must appear only once")
		}
		members[member] = value
	}
	return members, nil
}
