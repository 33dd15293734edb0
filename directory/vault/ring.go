package vault

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"rollcall/directory"
)

// KeySize is how many bytes a key has.
const KeySize = chacha20poly1305.KeySize

// Ring seals secrets with its first key and opens what any of its keys has sealed. A
// new key is put before the old one; what is sealed anew then uses it, and the old one
// may go when nothing sealed with it is left. It is safe for concurrent use.
type Ring struct {
	keys []key
}

// key is one key with the name under which sealed texts refer to it.
type key struct {
	id   string
	aead cipher.AEAD
}

// form begins every sealed text: XChaCha20-Poly1305, whose nonces are long enough to be
// drawn at random.
const form = "x1"

// NewRing returns a ring of the keys, each of [KeySize] bytes.
func NewRing(keys ...[]byte) (*Ring, error) {
	if len(keys) == 0 {
		return nil, fmt.Errorf("a ring needs a key")
	}
	r := new(Ring)
	for _, k := range keys {
		aead, err := chacha20poly1305.NewX(k)
		if err != nil {
			return nil, fmt.Errorf("a sealing key has %d bytes, not %d", len(k), KeySize)
		}
		r.keys = append(r.keys, key{keyID(k), aead})
	}
	return r, nil
}

// keyID names a key by a digest, from which the key cannot be had back.
func keyID(k []byte) string {
	sum := sha256.Sum256(append([]byte("rollcall sealing key\x00"), k...))
	return hex.EncodeToString(sum[:4])
}

// Seal encrypts a secret for a purpose, such as "password of user 0197…". The same
// purpose is needed to open it, so a sealed text is of no use in another place.
func (r *Ring) Seal(purpose string, s directory.Secret) string {
	k := r.keys[0]
	nonce := make([]byte, k.aead.NonceSize(), k.aead.NonceSize()+len(s.Reveal())+k.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		panic("no randomness from the operating system: " + err.Error())
	}
	box := k.aead.Seal(nonce, nonce, []byte(s.Reveal()), bound(k.id, purpose))
	return form + "." + k.id + "." + base64.RawURLEncoding.EncodeToString(box)
}

// Open decrypts what Seal returned for the purpose. A text that was sealed with a key
// that is not on the ring, altered, or sealed for another purpose is refused.
func (r *Ring) Open(purpose, sealed string) (directory.Secret, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 3 || parts[0] != form {
		return directory.Secret{}, fmt.Errorf("open a sealed secret: the text has another form")
	}
	k, ok := r.key(parts[1])
	if !ok {
		return directory.Secret{}, fmt.Errorf("open a sealed secret: the key %s is not there", parts[1])
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil || len(box) < k.aead.NonceSize() {
		return directory.Secret{}, fmt.Errorf("open a sealed secret: the text is damaged")
	}
	nonce, box := box[:k.aead.NonceSize()], box[k.aead.NonceSize():]
	text, err := k.aead.Open(nil, nonce, box, bound(k.id, purpose))
	if err != nil {
		return directory.Secret{}, fmt.Errorf("open a sealed secret: it was altered, or sealed for something else")
	}
	return directory.NewSecret(string(text)), nil
}

// Current reports whether a text was sealed with the key that seals now. One that was
// not should be sealed again.
func (r *Ring) Current(sealed string) bool {
	return strings.HasPrefix(sealed, form+"."+r.keys[0].id+".")
}

func (r *Ring) key(id string) (key, bool) {
	for _, k := range r.keys {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

// bound is what a sealed text is tied to besides its key.
func bound(id, purpose string) []byte { return []byte(form + "." + id + "\x00" + purpose) }
