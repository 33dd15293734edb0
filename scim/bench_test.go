package scim_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// BenchmarkServer measures requests from the router to the database, without a network.
func BenchmarkServer(b *testing.B) {
	f := open(b, "")
	id := f.user("ada@example.com")
	g := f.group("Staff", id)
	for name, request := range map[string]struct{ method, path, body string }{
		"get":     {"GET", "/Users/" + id, ""},
		"project": {"GET", "/Users/" + id + "?attributes=userName", ""},
		"filter":  {"GET", "/Users?filter=" + url.QueryEscape(`userName eq "ada@example.com"`), ""},
		"patch":   {"PATCH", "/Users/" + id, patchBody(`[{"op":"replace","value":{"active":true}}]`)},
		"put":     {"PUT", "/Users/" + id, userBody("ada@example.com")},
		"member":  {"PATCH", "/Groups/" + g, patchBody(`[{"op":"add","path":"members","value":[{"value":"` + id + `"}]}]`)},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			h := f.Handler()
			for b.Loop() {
				r := httptest.NewRequest(request.method, f.base+request.path, strings.NewReader(request.body))
				r.Header.Set("Authorization", "Bearer "+f.token)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if w.Code >= 300 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
	b.Run("baseline", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := httptest.NewRequest("GET", f.base+"/Users/"+id, strings.NewReader(""))
			r.Header.Set("Authorization", "Bearer "+f.token)
			httptest.NewRecorder().WriteString("x")
		}
	})
}
