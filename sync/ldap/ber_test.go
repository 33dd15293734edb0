package ldap

import (
	"bytes"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/google/go-cmp/cmp"
)

// FuzzMessage gives the parsers anything. They must neither fail nor find what was not
// sent, and what they take has to be in the bounds of what they were given.
func FuzzMessage(f *testing.F) {
	f.Add([]byte(""))
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	entry := element(opSearchEntry, text("dc=a"), element(tagSequence, element(tagSequence, text("cn"), element(tagSet, text("a"), text("b")))))
	f.Add(encodeMessage(3, entry, pageControl(5, "next")))
	f.Add(encodeMessage(3, element(opSearchDone, number(tagEnumerated, 32), text("dc=b"), text("no")), pageControl(0, "")))
	f.Add(encodeMessage(0, element(opExtendedResponse, number(tagEnumerated, 52), text(""), text("bye"), element(tagResponseName, []byte(oidDisconnection)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := cursor{rest: string(b)}
		body := c.take(tagSequence)
		m, err := parseMessage(body)
		if start, wrong := parseStart(string(b)); wrong == nil && start.op != opSearchEntry {
			t.Errorf("a start of %x", start.op)
		}
		if err != nil {
			return
		}
		if e, err := parseEntry(m.body); err == nil {
			size := len(e.dn)
			for _, a := range e.attributes {
				size += len(a.name)
				for _, v := range a.values {
					size += len(v)
				}
			}
			if size > len(b) {
				t.Errorf("%d bytes out of %d", size, len(b))
			}
		}
		if r, err := parseResult(m.body); err == nil && r.code < 0 {
			t.Errorf("code %d", r.code)
		}
		if cookie, found, err := parsePages(m.controls); cookie != "" && (!found || err != nil) {
			t.Errorf("cookie %q, %v, %v", cookie, found, err)
		}
	})
}

// TestTheLibraryReadsWhatWeWrite compares our encoding with that of the library, which
// the server of the tests is made of.
func TestTheLibraryReadsWhatWeWrite(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20} {
		value := bytes.Repeat([]byte("x"), size)
		packet, err := ber.DecodePacketErr(element(tagOctets, value))
		if err != nil || packet.Data.Len() != size {
			t.Errorf("%d bytes: %v", size, err)
		}
		c := cursor{rest: string(packet.Bytes())}
		if got := c.take(tagOctets); got != string(value) || c.bad || c.more() {
			t.Errorf("%d bytes came back as %d", size, len(got))
		}
	}
	for _, n := range []int64{0, 1, 127, 128, 255, 256, 65535, 1<<31 - 1, 1 << 40} {
		packet, err := ber.DecodePacketErr(number(tagInteger, n))
		if err != nil || packet.Value != n {
			t.Errorf("%d is %v, %v", n, packet.Value, err)
		}
		c := cursor{rest: string(packet.Bytes())}
		if got := c.number(tagInteger); got != n {
			t.Errorf("%d came back as %d", n, got)
		}
	}
}

func TestABreachSpoilsTheRest(t *testing.T) {
	for name, b := range map[string]string{
		"a length beyond the end":     "\x04\x09abc\x02\x01\x01",
		"a length that is not given":  "\x30\x80\x02\x01\x01\x00\x00",
		"a tag of several bytes":      "\x1f\x81\x01\x01x",
		"a length of eight bytes":     "\x04\x88\x00\x00\x00\x00\x00\x00\x00\x01a",
		"a length beyond all bounds":  "\x04\x84\xff\xff\xff\xffa",
		"a length that is cut":        "\x04\x82\x01",
		"a tag and nothing":           "\x04",
		"another tag than was wanted": "\x02\x01\x01",
	} {
		c := cursor{rest: b}
		if got := c.take(tagOctets); got != "" || !c.bad || c.more() {
			t.Errorf("%s: %q, %+v", name, got, c)
		}
		if tag, got := c.next(); tag != 0 || got != "" {
			t.Errorf("%s: something after the breach", name)
		}
	}
}

func TestAnEntryWithTooManyPartsIsCut(t *testing.T) {
	value := text("")
	set := element(tagSet, bytes.Repeat(value, maxParts+1))
	e, err := parseEntry(string(append(text("dc=a"), element(tagSequence, element(tagSequence, text("member"), set))...)))
	if diff := cmp.Diff(&entry{dn: "dc=a", cut: true}, e, cmp.AllowUnexported(entry{})); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
