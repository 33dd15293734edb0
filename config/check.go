package config

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// text takes anything that is not empty.
func text(s string) (string, error) { return s, nil }

// secret takes anything that is not empty, and keeps it from being shown.
func secret(s string) (Secret, error) { return Secret(s), nil }

// most is the largest number that makes sense anywhere.
const most = 1<<31 - 1

// number takes a whole number within bounds.
func number[T int | int64](from, to T) func(string) (T, error) {
	return func(s string) (T, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < int64(from) || n > int64(to) {
			return 0, complain(fmt.Sprintf("write a number from %d to %d", from, to), "%q is no such number", s)
		}
		return T(n), nil
	}
}

func boolean(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, complain("write true or false", "%q is neither true nor false", s)
}

// oneOf takes one of a few words.
func oneOf[T ~string](words ...T) func(string) (T, error) {
	return func(s string) (T, error) {
		if slices.Contains(words, T(s)) {
			return T(s), nil
		}
		var names []string
		for _, w := range words {
			names = append(names, string(w))
		}
		return "", complain("write "+list(names, "or"), "%q is not one of its values", s)
	}
}

func level(s string) (slog.Level, error) {
	word, err := oneOf("debug", "info", "warn", "error")(s)
	if err != nil {
		return 0, err
	}
	var l slog.Level
	return l, l.UnmarshalText([]byte(word))
}

func hostPort(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", complain("write something like 127.0.0.1:8080", "%q is not host:port", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "", complain("a port is a number up to 65535, 0 picks a free one", "%q is not a port", port)
	}
	return s, nil
}

// publicURL takes an absolute address and cuts the slash off its end.
func publicURL(s string) (string, error) {
	const hint = "write something like https://rollcall.example.com"
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return "", complain(hint, "is not an absolute http or https address")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", complain(hint, "has more in it than a host and a path")
	}
	s = strings.TrimRight(s, "/")
	if base, ends := strings.CutSuffix(s, "/scim/v2"); ends {
		return "", complain("leave /scim/v2 out, it is added: "+base, "ends in /scim/v2")
	}
	return s, nil
}

// databaseURL takes a PostgreSQL URL. It never repeats the value, which may hold a password.
func databaseURL(s string) (Secret, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return "", complain("write postgres://user:password@host:5432/name, or leave it out for SQLite", "is not a PostgreSQL URL")
	}
	return Secret(s), nil
}

// network takes a network, or an address as the network of it alone.
func network(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, complain("write something like 10.0.0.0/8", "%q is neither an address nor a network", s)
	}
	if p != p.Masked() {
		return p, complain("the network is "+p.Masked().String(), "%q is an address within a network", s)
	}
	return p, nil
}

// sealingKey takes 32 bytes in base64. It never repeats the value.
func sealingKey(s string) (Secret, error) {
	const hint = "make one with: openssl rand -base64 32"
	key, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return "", complain(hint, "is not base64")
	}
	if len(key) != 32 {
		return "", complain(hint, "holds %d bytes instead of 32", len(key))
	}
	return Secret(s), nil
}

var slugs = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

func slug(s string) (string, error) {
	if !slugs.MatchString(s) {
		return "", complain("use up to 63 lower-case letters, digits and inner hyphens", "%q is not a slug", s)
	}
	return s, nil
}

// sourceName takes a slug that means nothing else.
func sourceName(s string) (string, error) {
	if s == "local" {
		return "", complain("choose another", "local is what people of no source are called")
	}
	return slug(s)
}

var domains = regexp.MustCompile(`^[\pL\pN]([\pL\pN-]*[\pL\pN])?(\.[\pL\pN]([\pL\pN-]*[\pL\pN])?)*$`)

// domain takes a domain and returns it in lower case.
func domain(s string) (string, error) {
	if !domains.MatchString(s) || len(s) > 253 {
		return "", complain("write something like example.com", "%q is not a domain", s)
	}
	return strings.ToLower(s), nil
}

// unlimited is how no limit is written.
const unlimited = "unlimited"

// limit takes a number of seats. No limit is 0 to the program, so a written 0, which
// somebody could mean the other way, is refused.
func limit(s string) (int64, error) {
	if s == unlimited {
		return 0, nil
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || n == 0 {
		return 0, complain("write a number from 1 on, or "+unlimited, "%q is not a number of seats", s)
	}
	return int64(n), nil
}
