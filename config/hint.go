package config

import (
	"slices"
	"strings"
)

// nearest returns the candidate that a typist most likely meant, or nothing when none
// is within the distance.
func nearest(word string, candidates []string, within int) string {
	best := ""
	for _, candidate := range candidates {
		if d := distance(word, candidate); d <= within {
			best, within = candidate, d-1
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to
// get from one word to another.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	var before, above []int
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(from); i++ {
		before, above, row = above, row, make([]int, len(to)+1)
		row[0] = i
		for j := 1; j <= len(to); j++ {
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+differ(from[i-1], to[j-1]))
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(to)]
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

// keyHint says what an unknown key among these was probably meant to be.
func keyHint(key string, among []string) string {
	tidy := strings.ToLower(strings.ReplaceAll(key, "-", "_"))
	if slices.Contains(among, tidy) {
		return "write " + tidy
	}
	if near := nearest(tidy, among, max(1, len(tidy)/3)); near != "" {
		return "did you mean " + near + "?"
	}
	if elsewhere := placeOf(tidy); elsewhere != "" {
		return elsewhere
	}
	return "known here: " + strings.Join(among, ", ")
}

// placeOf says where a key belongs that exists, but not where it was written.
func placeOf(key string) string {
	for _, o := range allOptions() {
		parts := strings.Split(o.Key, ".")
		switch slices.Index(parts, key) {
		case -1:
		case 0:
			return key + " belongs at the top"
		default:
			return key + " belongs under " + strings.Join(parts[:slices.Index(parts, key)], ".")
		}
	}
	return ""
}

// list joins words as a sentence does: a, b and c.
func list(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
