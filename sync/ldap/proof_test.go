package ldap

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"rollcall/directory"
	"rollcall/sync/ldap/ldaptest"
)

// TestNoResultButSuccessIsAnEnd lets a search end with every code at every kind of place.
func TestNoResultButSuccessIsAnEnd(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(100, 5))
	config.PageSize = 40
	s := source(t, config)
	kinds := map[int]directory.Kind{
		3: directory.Unavailable, 4: directory.Denied, 10: directory.Invalid, 11: directory.Denied, 12: directory.Denied,
		32: directory.Invalid, 34: directory.Invalid, 50: directory.Denied, 51: directory.Unavailable, 52: directory.Unavailable,
		53: directory.Unavailable,
	}
	for _, code := range slices.Concat(slices.Collect(maps.Keys(kinds)), []int{1, 2, 7, 8, 13, 48, 49, 54, 64, 80, 118, 4096}) {
		for _, at := range []int{0, 20, 40, 90, 100} {
			server.Behave(ldaptest.Behaviour{At: at, Code: code, Text: "on cue"})
			all, err := people(t, s)
			if err == nil || len(all) > at {
				t.Fatalf("code %d at %d: %d people and %v", code, at, len(all), err)
			}
			want, known := kinds[code]
			if known && directory.KindOf(err) != want || directory.KindOf(err) == directory.Internal {
				t.Errorf("code %d is %s: %v", code, directory.KindOf(err), err)
			}
		}
	}
}

// TestNoCutIsAnEnd resets the connection after every so many bytes.
func TestNoCutIsAnEnd(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(60, 5))
	config.PageSize = 25
	s := source(t, config)
	before := server.Sent()
	if all, err := people(t, s); err != nil || len(all) != 60 {
		t.Fatalf("%d people, %v", len(all), err)
	}
	total := int(server.Sent() - before)
	for n := 1; n < total; n += 1 + n%97 {
		server.Behave(ldaptest.Behaviour{ResetAfter: n})
		if all, err := people(t, s); err == nil || len(all) > 50 {
			t.Fatalf("cut after %d of %d bytes: %d people and %v", n, total, len(all), err)
		}
	}
	server.Behave(ldaptest.Behaviour{ResetAfter: total})
	if all, err := people(t, s); err != nil || len(all) != 60 {
		t.Errorf("not cut: %d people, %v", len(all), err)
	}
}

func TestAPageHasToProveItself(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(250, 5))
	config.PageSize = 100
	s := source(t, config)
	for name, tt := range map[string]struct {
		behaviour ldaptest.Behaviour
		words     string
	}{
		"no control at the end of a page": {ldaptest.Behaviour{NoControl: true}, "without saying whether more follow"},
		"the same page again":             {ldaptest.Behaviour{Loop: true}, "the same page again and again"},
		"and with the same cookie":        {ldaptest.Behaviour{Loop: true, OneCookie: true}, "the same page again and again"},
		"control passed over":             {ldaptest.Behaviour{Ignores: true}, "larger pages"},
		"reset":                           {ldaptest.Behaviour{At: 230, Reset: true}, "closed the connection"},
		"going away":                      {ldaptest.Behaviour{Diagnostic: 52}, "will not answer now"},
		"no LDAP":                         {ldaptest.Behaviour{At: 230, Raw: []byte("HTTP/1.1 400 Bad Request\r\n\r\n")}, "not LDAP"},
		"a length of two gigabytes":       {ldaptest.Behaviour{At: 230, Raw: []byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff}}, "not LDAP"},
		"a length of more":                {ldaptest.Behaviour{At: 230, Raw: []byte{0x30, 0x88, 1, 1, 1, 1, 1, 1, 1, 1}}, "not LDAP"},
		"a message for somebody else":     {ldaptest.Behaviour{At: 230, Raw: encodeMessage(77, element(opSearchDone, number(tagEnumerated, 0), text(""), text("")))}, "not LDAP"},
		"an operation of ours":            {ldaptest.Behaviour{At: 10, Raw: encodeMessage(2, element(opSearch))}, "not LDAP"},
		"an entry that ends too soon":     {ldaptest.Behaviour{At: 10, Raw: encodeMessage(2, element(opSearchEntry, text("dc=a"), []byte{0x30, 0x20, 0x30}))}, "not LDAP"},
	} {
		t.Run(name, func(t *testing.T) {
			server.Behave(tt.behaviour)
			_, err := people(t, s)
			saying(t, err, directory.Unavailable, "urls", tt.words)
		})
	}
	server.Behave(ldaptest.Behaviour{NoPages: true})
	_, err := people(t, s)
	saying(t, err, directory.Denied, "urls", "in pages")
}

// TestWhatServersMayDoIsNoFault reads from servers with habits of their own.
func TestWhatServersMayDoIsNoFault(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(250, 5))
	config.PageSize = 100
	s := source(t, config)
	for name, b := range map[string]ldaptest.Behaviour{
		"one cookie for all pages":  {OneCookie: true},
		"references to elsewhere":   {Referrals: true},
		"smaller pages than wanted": {PageCap: 30},
		"an intermediate response":  {At: 10, Raw: encodeMessage(2, element(opIntermediate))},
	} {
		t.Run(name, func(t *testing.T) {
			server.Behave(b)
			all, err := people(t, s)
			if err != nil || len(all) < 249 {
				t.Errorf("%d people, %v", len(all), err)
			}
		})
	}
}

func TestPeopleBehindTheCapsOfActiveDirectory(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Forest(3100, 4))
	server.Behave(ldaptest.Behaviour{PageCap: 1000, RangeCap: 1500, Referrals: true})
	config.PageSize = 5000
	s := source(t, config)
	all, err := people(t, s)
	if err != nil || len(all) != 3100 {
		t.Fatalf("%d people, %v", len(all), err)
	}
	for i, p := range all {
		if p.Key != ldaptest.PersonKey(i) {
			t.Errorf("person %d has the key %s", i, p.Key)
		}
	}
	groups, err := groups(t, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if g.Group.DisplayName == "All" && len(g.Members) != 3100 {
			t.Errorf("All has %d members", len(g.Members))
		}
	}
}

// TestAGapInTheMembersIsNoEnd lets the search for the rest of the members fail.
func TestAGapInTheMembersIsNoEnd(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Forest(40, 1))
	s := source(t, config)
	asked := 0
	server.Behave(ldaptest.Behaviour{RangeCap: 15, Before: func(int) {
		if asked++; asked == 3 { // the rest of the first group
			server.Behave(ldaptest.Behaviour{RangeCap: 15, At: 0, Code: 52})
		}
	}})
	_, err := groups(t, s)
	saying(t, err, directory.Unavailable, "urls", "will not answer now")

	server.Behave(ldaptest.Behaviour{RangeCap: 15, Before: func(int) {
		server.Replace(ldaptest.Forest(40, 0))
	}})
	_, err = groups(t, s)
	saying(t, err, directory.Unavailable, "urls", "was gone before all its members were read")
}

// TestAnEntryThatIsTooLargeDoesNotPassForMissing sends eight megabytes in place of somebody.
func TestAnEntryThatIsTooLargeDoesNotPassForMissing(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(20, 1))
	huge := element(tagSequence, text("description"), element(tagSet, element(tagOctets, make([]byte, 8<<20))))
	server.Behave(ldaptest.Behaviour{At: 7, Raw: encodeMessage(2, element(opSearchEntry, text(ldaptest.PersonDN(7)), element(tagSequence, huge)))})
	all, err := people(t, source(t, config))
	if err != nil || len(all) != 20 {
		t.Fatalf("%d people, %v", len(all), err)
	}
	for i, p := range all {
		if (p.Fault != nil) != (i == 7) || p.Key != ldaptest.PersonKey(i) {
			t.Errorf("person %d: %+v", i, p)
		}
	}
	t.Log(all[7].Fault.Detail())
}

func TestAnEntryWithoutEndIsNotEvenSkipped(t *testing.T) {
	t.Parallel()
	server, config := serve(t, ldaptest.Company(20, 1))
	server.Behave(ldaptest.Behaviour{At: 7, Raw: fmt.Append(nil, "\x30\x84\x20\x00\x00\x00\x02\x01\x02\x64")})
	_, err := people(t, source(t, config))
	saying(t, err, directory.Unavailable, "urls", "not LDAP")
}
