package directory

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"sync"
	"time"
)

// WorkspaceID names a workspace in the store.
type WorkspaceID string

// ResourceID names a user or a group. It is made here, never by a client, and is
// not reused.
type ResourceID string

// SourceID names where identity comes from: the name of a SCIM client or of an
// LDAP source, or [Local].
type SourceID string

// Local is the source of everybody whom no identity provider owns.
const Local SourceID = "local"

// Version counts the changes of one record. The first is 1; 0 asks for no
// particular version.
type Version int64

// ids makes UUIDs of version 7 (RFC 9562 §5.7) that never go backwards within one
// process, so that records made together lie together in an index.
var ids = struct {
	sync.Mutex
	last uint64
}{}

// NewID returns a new identifier whose leading bits are the time now.
func NewID(now time.Time) ResourceID {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	putOrdinal(b[:8], now)
	b[8] = b[8]&0x3f | 0x80
	return ResourceID(uuidText(b))
}

// putOrdinal fills the 48 bits of milliseconds, the version and twelve bits that
// count within a millisecond.
func putOrdinal(b []byte, now time.Time) {
	ids.Lock()
	defer ids.Unlock()
	next := uint64(now.UnixMilli()) << 12
	if next <= ids.last {
		next = ids.last + 1
	}
	ids.last = next
	binary.BigEndian.PutUint64(b, next>>12<<16|0x7000|next&0xfff)
}

func uuidText(b [16]byte) string {
	var t [36]byte
	hex.Encode(t[:8], b[:4])
	hex.Encode(t[9:13], b[4:6])
	hex.Encode(t[14:18], b[6:8])
	hex.Encode(t[19:23], b[8:10])
	hex.Encode(t[24:], b[10:])
	t[8], t[13], t[18], t[23] = '-', '-', '-', '-'
	return string(t[:])
}

// ETag returns v as a weak entity tag (RFC 7644 §3.14).
func (v Version) ETag() string { return `W/"` + strconv.FormatInt(int64(v), 10) + `"` }
