package main

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// remoteKey marks the client's address in the context of a request, where the log finds
// it.
type remoteKey struct{}

// believed finds out where a request really comes from. What X-Forwarded-For and
// X-Forwarded-Proto say counts only from proxies that the operator trusts: anybody can
// write a header.
func believed(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remote := peer(r)
		encrypted := r.TLS
		if trusts(trusted, remote) {
			remote = origin(trusted, remote, r.Header.Values("X-Forwarded-For"))
			if encrypted == nil && lastItem(r.Header.Values("X-Forwarded-Proto")) == "https" {
				// Whoever makes links looks here for whether the client's connection is
				// encrypted; up to the proxy it is.
				encrypted = new(tls.ConnectionState)
			}
		}
		r = r.WithContext(context.WithValue(r.Context(), remoteKey{}, remote))
		r.TLS = encrypted
		next.ServeHTTP(w, r)
	})
}

// remoteOf returns the address that believed found.
func remoteOf(ctx context.Context) netip.Addr {
	remote, _ := ctx.Value(remoteKey{}).(netip.Addr)
	return remote
}

// peer returns the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap().WithZone("")
}

func trusts(trusted []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// origin walks the forwarding header from its end, where the nearest proxy wrote, to the
// first address that is no trusted proxy. What stands before it the client may have
// invented.
func origin(trusted []netip.Prefix, nearest netip.Addr, headers []string) netip.Addr {
	hops := strings.Split(strings.Join(headers, ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, ok := hopAddr(strings.TrimSpace(hop))
		if !ok {
			return nearest
		}
		nearest = a
		if !trusts(trusted, a) {
			return a
		}
	}
	return nearest
}

// hopAddr reads an address with or without a port.
func hopAddr(text string) (netip.Addr, bool) {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone(""), true
	}
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return a.Unmap().WithZone(""), err == nil
}

// lastItem returns what the nearest proxy wrote, in lower case.
func lastItem(headers []string) string {
	all := strings.Join(headers, ",")
	return strings.ToLower(strings.TrimSpace(all[strings.LastIndex(all, ",")+1:]))
}

// remoteHandler adds to every line of the log that belongs to a request where that came
// from.
type remoteHandler struct{ slog.Handler }

// Handle adds the address, if the context has one.
func (h remoteHandler) Handle(ctx context.Context, line slog.Record) error {
	if remote := remoteOf(ctx); remote.IsValid() {
		line.AddAttrs(slog.String("remote", remote.String()))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs keeps adding.
func (h remoteHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return remoteHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps adding.
func (h remoteHandler) WithGroup(name string) slog.Handler {
	return remoteHandler{h.Handler.WithGroup(name)}
}
