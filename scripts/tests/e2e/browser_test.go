package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"users-api/scripts/internal/harness"
)

// testBrowser creates a user in the reference, and finds the request and repeats it in the console.
func testBrowser(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1280, 900))...)
	defer cancel()
	problems := &problems{}
	reference, cancel := chromedp.NewContext(ctx, chromedp.WithListener(problems.listen))
	defer cancel()
	do(t, reference, chromedp.Navigate(dev.URL+"/_docs#tag/users/POST/users"))
	console, cancel := chromedp.NewContext(reference, chromedp.WithListener(problems.listen), chromedp.WithNewWindow(true))
	defer cancel()
	do(t, console, chromedp.Navigate(dev.URL+"/_console"), until(`document.querySelector("#connection").textContent === "live"`))

	const rows = `[...document.querySelectorAll(".row:not([hidden])")]`
	const email = "ann@example.com" // in the example of openapi.yml
	do(t, console, chromedp.SendKeys("#filter", email), until(rows+`.length === 0`))
	do(t, reference,
		chromedp.Click(`//button[contains(., "(post /users)")]`),
		chromedp.Click(`//button[contains(., "Send Request")]`))
	do(t, console, until(rows+`.at(-1)?.textContent.includes("201")`), chromedp.KeyEvent(kb.Escape+"j"+kb.Enter))
	for _, text := range []string{"(hidden)", `"email": "` + email + `"`, `"route": "POST /users"`} {
		do(t, console, until(fmt.Sprintf(`document.querySelector(".row[open]").textContent.includes(%q)`, text)))
	}
	do(t, console, chromedp.KeyEvent("s"), until(rows+`.at(-1).textContent.includes("409")`))           // with the credential
	do(t, console, until(`document.querySelector("#routes").textContent.startsWith("POST /users201")`)) // 2 in all, no 5xx, 1 4xx
	assert.Empty(t, problems.found)
}

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	require.NoError(t, chromedp.Do(tab, steps...))
}

// until waits until an expression is true in the page.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(0))
}

// problems are the errors in the browser's console, and the requests to other hosts.
type problems struct {
	mu    sync.Mutex
	found []string
}

func (p *problems) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" {
			p.found = append(p.found, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		p.found = append(p.found, fmt.Sprint(*e.ExceptionDetails))
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, dev.URL+"/") && !strings.HasPrefix(url, "data:") {
			p.found = append(p.found, "a request to "+url)
		}
	}
}
