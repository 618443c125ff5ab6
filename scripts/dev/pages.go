package main

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"users-api/pkg/auth"
	"users-api/scripts/internal/install"
	"users-api/scripts/internal/issuer"
)

//go:embed web
var web embed.FS

var reference = template.Must(template.ParseFS(web, "web/docs.html"))

// pages serves the console and the reference of the API.
type pages struct {
	ws      workspace
	console console
	issuer  *issuer.Issuer // nil if there is none
}

// handler serves the paths that begin with /_ itself, and all others from the API. A test in
// scripts/lint refuses a route of the API that begins so.
func (p *pages) handler(api http.Handler) http.Handler {
	file := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(p.ws.root, name)) }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_console", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, web, "web/console.html") })
	mux.HandleFunc("GET /_console/events", p.console.serveEvents)
	mux.HandleFunc("GET /_console/requests/{id}", p.console.ofKept(showCurl))
	mux.HandleFunc("POST /_console/requests/{id}", p.console.ofKept(p.console.sendAgain))
	mux.HandleFunc("GET /_docs", p.serveReference)
	mux.HandleFunc("GET /_docs/openapi.yml", file("openapi.yml"))
	mux.HandleFunc("GET /_docs/reference.js", file(install.Reference.Dir+"/standalone.js"))
	mux.Handle("GET /_web/", http.StripPrefix("/_", http.FileServerFS(web)))
	if p.issuer != nil {
		mux.Handle("GET "+issuer.Path, p.issuer)
	}
	guarded := guard(http.NewCrossOriginProtection().Handler(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_") {
			guarded.ServeHTTP(w, r)
		} else {
			api.ServeHTTP(w, r)
		}
	})
}

// guard refuses a host name other than this machine's, since another site can make its name point here.
// It keeps other sites from reading or embedding a page, and pages from using other hosts.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := (&url.URL{Host: r.Host}).Hostname()
		if addr, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !addr.IsLoopback()) {
			http.Error(w, "make dev serves its pages at 127.0.0.1 and localhost only", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; img-src 'self' data:; "+
			"script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'") // which Scalar needs
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// serveReference serves the page with the address of the API and a token, which lasts as long as
// the page may stay open. There is none if only another issuer can make one.
func (p *pages) serveReference(w http.ResponseWriter, r *http.Request) {
	token, err := issuer.Token(r.Context(), p.ws.state, "", "local-user", auth.Scopes(), 24*time.Hour)
	if err == nil || errors.Is(err, issuer.ErrOther) {
		err = reference.Execute(w, struct{ URL, Token string }{"http://" + r.Host, token})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
