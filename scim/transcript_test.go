package scim_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/dev/need"
	"rollcall/directory/sqlstore"
	"rollcall/scim"
)

var update = flag.Bool("update", false, "write the answers in testdata anew; read the difference before you commit it")

// TestConversations plays what identity providers send, and compares the answers with
// those on record. testdata/README.md explains the format.
func TestConversations(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { playAll(t, sqlite) })
	t.Run("postgres", func(t *testing.T) {
		if *update {
			t.Skip("the answers are taken from SQLite")
		}
		playAll(t, func(t testing.TB) *sqlstore.Store { return openStore(t, sqlstore.Config{URL: need.Database(t)}) })
	})
}

func playAll(t *testing.T, store func(testing.TB) *sqlstore.Store) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			profile := regexp.MustCompile(`(?m)^# profile: (\w+)$`).FindSubmatch(text)
			if profile == nil {
				t.Fatalf("%s names no profile", file)
			}
			p := player{fixture: openWith(t, store(t), string(profile[1]), scim.Config{PublicURL: publicURL}), counts: make(map[string]int)}
			got := p.play(string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s (-recorded +answered):\n%s", file, diff)
			}
		})
	}
}

// player carries a conversation on, with names for the ids that it meets.
type player struct {
	*fixture
	counts map[string]int // of names, by the type of the resource
	names  []string       // id, name, id, name, … for strings.NewReplacer
	reals  []string       // name, id, …
}

// play returns text with its requests answered anew.
func (p *player) play(text string) string {
	var out strings.Builder
	for _, section := range sections(text) {
		head, request := cutBefore(section, "> ")
		out.WriteString(head)
		if request == "" {
			continue
		}
		request, _ = cutBefore(request, "< ")
		request = strings.TrimSpace(request)
		out.WriteString(request + "\n\n" + p.answer(request) + "\n\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// sections cuts text before its titles.
func sections(text string) []string {
	parts := strings.Split(text, "\n## ")
	for i := range parts[1:] {
		parts[i] += "\n"
		parts[i+1] = "## " + parts[i+1]
	}
	return parts
}

// cutBefore cuts text before the first line that starts with mark.
func cutBefore(text, mark string) (before, after string) {
	if strings.HasPrefix(text, mark) {
		return "", text
	}
	if i := strings.Index(text, "\n"+mark); i >= 0 {
		return text[:i+1], text[i+1:]
	}
	return text, ""
}

// wire encodes what is written plainly in a query for people to read.
var wire = strings.NewReplacer(" ", "%20", `"`, "%22", "[", "%5B", "]", "%5D")

func (p *player) answer(request string) string {
	p.Helper()
	request = strings.NewReplacer(p.reals...).Replace(request)
	var lines []string
	for strings.HasPrefix(request, "> ") {
		line, rest, _ := strings.Cut(request[2:], "\n")
		lines, request = append(lines, line), rest
	}
	method, path, _ := strings.Cut(lines[0], " ")
	return p.record(p.do(method, wire.Replace(path), strings.TrimSpace(request), lines[1:]...))
}

var times = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)

// record writes an answer down, with names in place of ids and times.
func (p *player) record(a *answer) string {
	p.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "< %d\n", a.status)
	for _, name := range []string{"Content-Type", "Location", "ETag", "Retry-After"} {
		if v := a.header.Get(name); v != "" {
			fmt.Fprintf(&b, "< %s: %s\n", name, v)
		}
	}
	if a.text != "" {
		if a.status == 201 {
			p.name(a)
		}
		var body bytes.Buffer
		if err := json.Indent(&body, []byte(a.text), "", "  "); err != nil {
			p.Fatalf("%s: %v", a.text, err)
		}
		b.WriteString("\n" + body.String())
	}
	text := strings.NewReplacer(p.names...).Replace(b.String())
	return strings.TrimSpace(times.ReplaceAllString(text, "{time}"))
}

// name gives the resource that was made a name.
func (p *player) name(a *answer) {
	kind := strings.ToLower(a.at("meta", "resourceType").(string))
	p.counts[kind]++
	name := fmt.Sprintf("{%s%d}", kind, p.counts[kind])
	p.names = append(p.names, a.id(), name)
	p.reals = append(p.reals, name, a.id())
}
