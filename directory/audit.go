package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// AuditRecord is one line of the audit log: who asked for what, and what came of it.
// Records form a chain: each hash covers the one before. Names and values lie in the
// detail, of which the chain covers only a salted digest, so that a person's details
// can be erased and the chain still verifies.
type AuditRecord struct {
	Seq       int64
	At        time.Time
	Actor     string // kind:name
	ActorID   string
	Change    string // the change's type, such as "PutUser"
	Outcome   Outcome
	Reason    string // of a refusal: its kind; names and values stay in the detail
	RequestID string
	Type      RecordType
	Record    string // id
	Digest    string // of Salt and Detail
	Salt      string // empty once erased
	Detail    string // JSON of AuditDetail, empty once erased
	Hash      string // over everything but Salt and Detail, and the hash before
}

// AuditDetail is what a record says about people and values.
type AuditDetail struct {
	Name    string       `json:"name,omitempty"` // of the record
	Message string       `json:"message,omitempty"`
	Reason  string       `json:"reason,omitempty"` // given by who asked
	Diff    []Diff       `json:"diff,omitempty"`
	Added   []ResourceID `json:"added,omitempty"`   // members
	Removed []ResourceID `json:"removed,omitempty"` // members
}

// Diff is one attribute before and after. Secrets are masked.
type Diff struct {
	Path   string `json:"path"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
}

// AuditHead is the end of a chain: how many records there are and the hash of the
// last. An exported head proves later that no tail was cut.
type AuditHead struct {
	Seq  int64
	Hash string
}

// RecordType says what a record of the audit log or a delivery is about.
type RecordType string

// The types of records.
const (
	UserRecord      RecordType = "user"
	GroupRecord     RecordType = "group"
	MappingRecord   RecordType = "mapping"
	SourceRecord    RecordType = "source"
	TokenRecord     RecordType = "token"
	WorkspaceRecord RecordType = "workspace"
	RunRecord       RecordType = "run"
)

// Seal sets r's sequence, digest and hash as the successor of head, and returns the
// new head.
func (r *AuditRecord) Seal(head AuditHead) AuditHead {
	r.Seq = head.Seq + 1
	r.Digest = digest(r.Salt, r.Detail)
	r.Hash = r.chainHash(head.Hash)
	return AuditHead{r.Seq, r.Hash}
}

// chainHash covers every field with its length, so that no two records are written
// alike.
func (r *AuditRecord) chainHash(before string) string {
	text := make([]byte, 0, 512)
	for _, f := range [...]string{before, strconv.FormatInt(r.Seq, 10), strconv.FormatInt(r.At.UnixMilli(), 10), r.Actor,
		r.ActorID, r.Change, string(r.Outcome), r.Reason, r.RequestID, string(r.Type), r.Record, r.Digest} {
		text = strconv.AppendInt(text, int64(len(f)), 10)
		text = append(append(text, ':'), f...)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func digest(salt, detail string) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + detail))
	return hex.EncodeToString(sum[:])
}

// Verifier checks a chain record by record, in order.
type Verifier struct {
	head AuditHead
	gone map[string]int64 // the first record without a detail, by what it is about
}

// Check returns an error naming r when it does not follow from the records before,
// or when its detail was altered. Whether a detail may be missing, End tells.
func (v *Verifier) Check(r *AuditRecord) error {
	switch {
	case r.Seq != v.head.Seq+1:
		return Errorf(Invalid, "", "audit record %d follows %d: one was removed or inserted", r.Seq, v.head.Seq)
	case r.Hash != r.chainHash(v.head.Hash):
		return Errorf(Invalid, "", "audit record %d was altered or moved: its hash does not follow from record %d", r.Seq, v.head.Seq)
	case (r.Salt != "" || r.Detail != "") && digest(r.Salt, r.Detail) != r.Digest:
		return Errorf(Invalid, "", "the detail of audit record %d was altered", r.Seq)
	}
	v.head = AuditHead{r.Seq, r.Hash}
	v.note(r)
	return nil
}

// note keeps account of details that are gone until a record says that they were erased.
func (v *Verifier) note(r *AuditRecord) {
	about := string(r.Type) + "\x00" + r.Record
	if r.Change == (EraseAudit{}).Kind() && r.Outcome == Deleted {
		delete(v.gone, about)
	}
	if r.Salt != "" || r.Detail != "" {
		return
	}
	if v.gone == nil {
		v.gone = map[string]int64{}
	}
	if _, known := v.gone[about]; !known {
		v.gone[about] = r.Seq
	}
}

// End returns an error naming the first record whose detail is gone although no record
// says that it was erased. It is asked once, after the last record.
func (v *Verifier) End() error {
	first := int64(0)
	for _, seq := range v.gone {
		if first == 0 || seq < first {
			first = seq
		}
	}
	if first == 0 {
		return nil
	}
	return Errorf(Invalid, "", "the detail of audit record %d was removed, and no record says that it was erased", first)
}

// Head returns the end of what was checked so far.
func (v *Verifier) Head() AuditHead { return v.head }

// Text returns d as it is stored.
func (d AuditDetail) Text() (string, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encode audit detail: %w", err)
	}
	return string(b), nil
}
