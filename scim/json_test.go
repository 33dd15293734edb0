package scim

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"rollcall/directory"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want any
	}{
		{` {"a" : [1, -2.5e+3, "x", true, false, null, {}, []] } `, directory.Object{"a": []any{json.Number("1"),
			json.Number("-2.5e+3"), "x", true, false, nil, directory.Object{}, []any{}}}},
		{`"\u00e9\ud83d\ude00\n\"\\\/\b\f\r\t"`, "é😀\n\"\\/\b\f\r\t"},
		{`"é😀"`, "é😀"},
		{`1e999`, json.Number("1e999")},
		{`0`, json.Number("0")},
		{`{"__proto__":{"isAdmin":true}}`, directory.Object{"__proto__": directory.Object{"isAdmin": true}}},
	}
	for _, tt := range tests {
		got, err := decode(tt.text)
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %#v, %v", tt.text, got, err)
		}
	}
}

func TestDecodeRefusesWhatCouldBeReadInTwoWays(t *testing.T) {
	t.Parallel()
	many := make([]string, 40)
	for i := range many {
		many[i] = `"k` + strings.Repeat("x", i) + `":1`
	}
	for name, text := range map[string]string{
		"equal names":              `{"userName":"a","userName":"b"}`,
		"names that fold":          `{"userName":"a","USERNAME":"b"}`,
		"names folded by a long s": `{"userName":"a","uſerName":"b"}`,
		"nested names":             `{"a":[{"b":{"active":true,"Active":false}}]}`,
		"escaped name":             `{"active":true,"\u0061ctive":false}`,
		"late among many":          `{` + strings.Join(many, ",") + `,"KXXXXXXXXXXXXXXXXXXXX":2}`,
		"late long s":              `{"userName":1,` + strings.Join(many, ",") + `,"uſername":2}`,
		"trailing value":           `{} {}`,
		"trailing brace":           `{}}`,
		"byte order mark":          "\ufeff{}",
		"invalid UTF-8":            "{\"a\":\"\xff\"}",
		"NUL escape":               `{"a":"\u0000"}`,
		"NUL byte":                 "{\"a\":\"\x00\"}",
		"lone high surrogate":      `{"a":"\ud800"}`,
		"lone low surrogate":       `{"a":"\udc00"}`,
		"two high surrogates":      `{"a":"\ud800\ud800"}`,
		"high and text":            `{"a":"\ud800x"}`,
		"control character":        "{\"a\":\"\n\"}",
		"empty":                    ``,
		"cut object":               `{"a":1`,
		"cut list":                 `[1`,
		"cut string":               `{"a":"b`,
		"cut escape":               `"\u12`,
		"cut after backslash":      `"\`,
		"unknown escape":           `"\x41"`,
		"single quotes":            `{'a':1}`,
		"bare name":                `{a:1}`,
		"trailing comma":           `{"a":1,}`,
		"leading zero":             `01`,
		"bare point":               `1.`,
		"bare exponent":            `1e`,
		"plus":                     `+1`,
		"hexadecimal":              `0x10`,
		"not a number":             `NaN`,
		"comment":                  `{}//x`,
		"deep lists":               strings.Repeat("[", 33) + strings.Repeat("]", 33),
		"deep objects":             strings.Repeat(`{"a":`, 10_000),
	} {
		_, err := decode(text)
		wantRefusal(t, name, "invalidSyntax", err)
	}
	if _, err := decode(strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)); err != nil {
		t.Errorf("depth %d: %v", maxDepth, err)
	}
}

// TestDecodeTakesManyNames takes a body that is nothing but names.
func TestDecodeTakesManyNames(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteByte('{')
	for b.Len() < 1<<20 {
		b.WriteString(`"x` + strings.Repeat("a", b.Len()%7) + json.Number(itoa(b.Len())).String() + `":0,`)
	}
	if _, err := decode(b.String() + `"z":0}`); err != nil {
		t.Error(err)
	}
}

func itoa(n int) string { return string(appendInt(nil, int64(n))) }

// FuzzDecode compares with encoding/json: what we take it takes, and understands alike.
func FuzzDecode(f *testing.F) {
	f.Add(`{"a":[1,-0.5e3,"\u00e9\ud83d\ude00",true,null,{"b":{}}]}`)
	f.Add(`{"userName":"a","USERNAME":"b"}`)
	f.Add("[\"\\u0000\", \"\xff\", 01, 1e, {}]")
	f.Fuzz(func(t *testing.T, text string) {
		ours, err := decode(text)
		if err != nil {
			if wireError(err).Status != 400 {
				t.Fatal(err)
			}
			return
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var theirs any
		if err := d.Decode(&theirs); err != nil {
			t.Fatalf("%q: encoding/json refuses it: %v", text, err)
		}
		if !reflect.DeepEqual(ours, theirs) {
			t.Fatalf("%q: %#v is not %#v", text, ours, theirs)
		}
		again, err := decode(string(appendValue(nil, ours)))
		if err != nil || !reflect.DeepEqual(ours, again) {
			t.Fatalf("%q: written and read again: %#v, %v", text, again, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	const body = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"alice@example.com","name":{"givenName":"Alice","familyName":"Ames"},"emails":[{"primary":true,"value":"alice@example.com","type":"work"}],"displayName":"Alice Ames","locale":"en-US","externalId":"00u1","groups":[],"password":"x","active":true}`
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := decode(body); err != nil {
			b.Fatal(err)
		}
	}
}
