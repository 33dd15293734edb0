package scim

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// log writes the line that every request leaves: ids and numbers, never a value of the
// query or a name of a person.
func (x *exchange) log() {
	l, ctx := x.s.Logger, x.r.Context()
	l.LogAttrs(ctx, slog.LevelInfo, "answered", slog.String("workspace", string(x.by.Workspace)), slog.String("actor", x.by.String()),
		slog.String("method", x.r.Method), slog.String("path", loggedPath(x.r)), slog.Int("status", x.status),
		slog.Duration("dur", time.Since(x.began)), slog.String("request", x.by.RequestID))
	if names := x.notes.needed(); len(names) > 0 || len(x.notes.unknown) > 0 {
		l.LogAttrs(ctx, slog.LevelDebug, "read with care", slog.Any("rewrites", names), slog.Any("unknown", x.notes.unknown),
			slog.String("request", x.by.RequestID))
	}
}

// loggedPath returns the pattern that matched with the id in place, if it looks like
// one of ours: clients ask for all sorts of things there, people's addresses too.
func loggedPath(r *http.Request) string {
	_, pattern, _ := strings.Cut(r.Pattern, "/")
	if pattern == "" {
		return "-"
	}
	id := r.PathValue("id")
	if len(id) != 36 || strings.Trim(id, "0123456789abcdef-") != "" {
		return "/" + pattern
	}
	return "/" + strings.Replace(pattern, "{id}", id, 1)
}
