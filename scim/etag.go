package scim

import (
	"net/http"
	"strconv"
	"strings"

	"rollcall/directory"
)

// ifMatch returns the version that a change depends on (RFC 7644 §3.14), 0 for none.
// read gives the present version, and is only called for a list of several.
func ifMatch(r *http.Request, read func() (directory.Version, error)) (directory.Version, error) {
	tags := entityTags(r.Header.Values("If-Match"))
	switch {
	case len(r.Header.Values("If-Match")) == 0 || len(tags) > 0 && tags[0] == "*":
		return 0, nil
	case len(tags) == 0:
		return 0, stale() // a condition that nothing fulfils
	case len(tags) == 1:
		if v, ok := versionOf(tags[0]); ok {
			return v, nil
		}
		return 0, stale()
	}
	now, err := read()
	if err != nil {
		return 0, err
	}
	if !matches(tags, now) {
		return 0, stale()
	}
	return now, nil
}

func stale() error {
	return directory.Errorf(directory.Stale, "", "the resource has another version than If-Match says").
		Hinted("read it again")
}

// ifNoneMatch reports whether the client has version v already.
func ifNoneMatch(r *http.Request, v directory.Version) bool {
	return matches(entityTags(r.Header.Values("If-None-Match")), v)
}

func matches(tags []string, v directory.Version) bool {
	for _, tag := range tags {
		if have, ok := versionOf(tag); tag == "*" || ok && have == v {
			return true
		}
	}
	return false
}

func entityTags(headers []string) []string {
	var tags []string
	for _, h := range headers {
		for tag := range strings.SplitSeq(h, ",") {
			if tag = strings.TrimSpace(tag); tag != "" {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// versionOf reads one of our tags. Clients drop the mark of weakness, so it may be
// absent; RFC 7644 compares weakly everywhere.
func versionOf(tag string) (directory.Version, bool) {
	tag = strings.TrimPrefix(tag, "W/")
	if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return 0, false
	}
	n, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64)
	return directory.Version(n), err == nil && n > 0
}
