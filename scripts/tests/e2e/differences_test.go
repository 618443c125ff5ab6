package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// testDifferences shows where the emulator answers otherwise than API Gateway. What
// it says about Amazon is from Amazon's documentation; when a new version of the
// emulator does better, a line here fails and goes.
func testDifferences(t *testing.T) {
	a := call(t, request{method: "POST", target: "/users", body: "{}"})
	f := a.fails(t, http.StatusBadRequest)
	assert.Contains(t, f.Details[0].Message, "Invalid request body",
		"Amazon tells what the model found wrong, in the variable that the other stages send")

	a = call(t, request{method: "GET", target: "/users?limit=1"})
	assert.NotEqual(t, a.header.Get("X-Correlation-Id"), a.header.Get("X-Amzn-RequestId"),
		"Amazon sends the request id that the function saw")

	plain := map[string]string{"Content-Type": "text/plain"}
	a = call(t, request{method: "POST", target: "/users", body: "{}", header: plain})
	a.fails(t, http.StatusBadRequest) // Amazon holds against the model only what is of its type; the function answers 415 then
	assert.Empty(t, a.header.Get("X-Correlation-Id"), "the function was not asked")

	a = call(t, request{method: "GET", target: "/users/" + create(t).ID + "%2F"})
	assert.Equal(t, http.StatusOK, a.status, "Amazon hands the slash to the function as part of the id, which is 404 then")
}

// crashes shows a function that does not start. Amazon answers with the gateway
// response for it, in the one error shape and with the CORS headers.
func crashes(t *testing.T, target string) {
	t.Helper()
	a := send(t, request{method: "GET", target: target})
	assert.Equal(t, http.StatusBadGateway, a.status)
	assert.Contains(t, a.body, "no table", "Amazon keeps what a function wrote to itself")
	assert.Empty(t, a.header.Get("Access-Control-Allow-Origin"))
}
