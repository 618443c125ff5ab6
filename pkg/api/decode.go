package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"users-api/pkg/apperr"
)

// MaxBodyBytes is the largest body that is read; the largest valid one is well
// below 2 KB.
const MaxBodyBytes = 64 << 10

// Decode reads the members of the JSON object in the request's body, names
// compared exactly. It is stricter than encoding/json: a second member of the
// same name, bytes behind the object and invalid UTF-8 are refused, since two
// readers of such a body need not agree on what it says (RFC 8259, sections 4
// and 8.1). Its errors are Invalid, TooLarge and UnsupportedMediaType.
func Decode(r *Request) (map[string]json.RawMessage, error) {
	if err := requireJSON(r.Headers.ContentType); err != nil {
		return nil, err
	}
	body, err := r.body()
	switch {
	case err != nil:
		return nil, err
	case len(body) > MaxBodyBytes:
		return nil, apperr.New(apperr.TooLarge, fmt.Sprintf("Request body is larger than %d bytes", MaxBodyBytes))
	case len(bytes.TrimSpace(body)) == 0:
		return nil, apperr.New(apperr.Invalid, "Request body is empty; send a JSON object")
	case !utf8.Valid(body):
		return nil, apperr.New(apperr.Invalid, "Request body is not valid UTF-8")
	}
	return decodeObject(body)
}

// requireJSON takes application/json, in UTF-8. API Gateway takes a body
// without a Content-Type for JSON, and so do we.
func requireJSON(contentType string) error {
	if contentType == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	charset := params["charset"]
	if err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return apperr.New(apperr.UnsupportedMediaType, "Content-Type must be application/json, in UTF-8")
	}
	return nil
}

func decodeObject(body []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil {
		return nil, malformed(err)
	} else if t != json.Delim('{') {
		return nil, apperr.New(apperr.Invalid, "Request body must be a JSON object")
	}
	members := map[string]json.RawMessage{}
	for d.More() {
		if err := decodeMember(d, members); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, apperr.New(apperr.Invalid, "Request body has something behind its JSON object")
	}
	return members, nil
}

func decodeMember(d *json.Decoder, members map[string]json.RawMessage) error {
	t, err := d.Token()
	if err != nil {
		return malformed(err)
	}
	name, ok := t.(string)
	if !ok {
		return malformed(fmt.Errorf("member name is a %T", t))
	}
	if _, twice := members[name]; twice {
		return invalidField(clip(name, maxFieldBytes), "must stand once")
	}
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return malformed(err)
	}
	members[name] = value
	return nil
}

// malformed keeps the decoder's words for the operator: they may quote the body.
func malformed(cause error) error {
	return apperr.Wrap(apperr.Invalid, "Request body is not valid JSON", kindOfSyntaxError(cause))
}

func kindOfSyntaxError(err error) error {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("JSON syntax error at byte %d", e.Offset)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("JSON ends early")
	}
	return errors.New("JSON cannot be read")
}
