package sqlstore

import (
	"strconv"
	"strings"
	"sync"
)

// manyTexts keeps the texts that manyRows builds.
var manyTexts sync.Map // manyKey → string

type manyKey struct {
	before string
	rows   int
}

// placeholders writes n placeholders, the first numbered first: "$4, $5, $6".
func placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	return b.String()
}

// listSizes are the lengths of lists in statements; a shorter list is filled up with
// its last element, so that there are few statements to prepare.
var listSizes = []int{1, 4, 16, 64, 128, 256}

// maxList is how long a list in a statement can be.
const maxList = 256

// oneOf writes the condition that something is one of the ids, at most maxList, whose
// placeholders begin with the first, and returns its arguments.
func oneOf[T ~string](d *dialect, first int, ids []T) (text string, args []any) {
	if d.arrays {
		list := make([]string, len(ids))
		for i, id := range ids {
			list[i] = string(id)
		}
		return "= any($" + strconv.Itoa(first) + ")", []any{list}
	}
	args = padded(ids)
	return "in (" + placeholders(first, len(args)) + ")", args
}

// padded returns ids filled up to the next of the sizes.
func padded[T ~string](ids []T) []any {
	size := maxList
	for i := len(listSizes) - 1; i >= 0 && listSizes[i] >= len(ids); i-- {
		size = listSizes[i]
	}
	args := make([]any, size)
	for i := range args {
		args[i] = string(ids[min(i, len(ids)-1)])
	}
	return args
}
