package scim

import (
	"net/url"
	"strconv"
	"strings"

	scimerrors "github.com/elimity-com/scim/errors"
)

// query holds the parameters that we know (RFC 7644 §3.4.2 and §3.9). Others are
// ignored, for providers use the query to carry flags of their own.
type query struct {
	filter             string
	filtered           bool // whether there was a filter, even an empty one
	startIndex, count  string
	attributes         string
	excludedAttributes string
}

// maxNames bounds the lists of attributes.
const maxNames = 4 << 10

// parseQuery reads the raw query by itself: net/url drops a parameter that it cannot
// decode, and a list whose filter was dropped is a list of everybody.
func parseQuery(raw string) (query, error) {
	var q query
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, value, _ := strings.Cut(pair, "=")
		if err := q.set(unescape(name), value); err != nil {
			return q, err
		}
	}
	return q, nil
}

func (q *query) set(name, value string) error {
	switch strings.ToLower(name) {
	case "filter":
		if q.filtered {
			return badFilter("there are two filters")
		}
		if len(value) > 3*maxFilter {
			return badFilter("the filter is longer than %d bytes", maxFilter)
		}
		q.filter, q.filtered = unescape(value), true
	case "startindex":
		q.startIndex = unescape(clip(value))
	case "count":
		q.count = unescape(clip(value))
	case "attributes":
		return setNames(&q.attributes, name, value)
	case "excludedattributes":
		return setNames(&q.excludedAttributes, name, value)
	}
	return nil
}

// setNames adds to a list of attributes, which may be given in several parameters.
func setNames(list *string, name, value string) error {
	if len(*list)+len(value) > maxNames {
		return refuse(scimerrors.ScimTypeInvalidValue, name, "%s is longer than %d bytes", name, maxNames)
	}
	if *list != "" {
		*list += ","
	}
	*list += unescape(value)
	return nil
}

// unescape decodes a query component. What is no valid escape stays as it is, for not
// every provider encodes the values that it puts into a filter.
func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' {
			b.WriteByte(' ')
			continue
		}
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// page returns which page is asked for (RFC 7644 §3.4.2.4): a start below 1 is 1, a
// count below 0 is 0, and 0 asks for the total alone.
func (q *query) page(size, most int64) (start, count int64, err error) {
	if start, err = number("startIndex", q.startIndex, 1); err != nil {
		return 0, 0, err
	}
	if count, err = number("count", q.count, size); err != nil {
		return 0, 0, err
	}
	return max(start, 1), min(max(count, 0), most), nil
}

func number(name, text string, absent int64) (int64, error) {
	if text == "" {
		return absent, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, refuse(scimerrors.ScimTypeInvalidValue, name, "%s must be a whole number", name)
	}
	return n, nil
}
