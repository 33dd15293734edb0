package need

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"rollcall/sync/ldap/ldaptest"
)

// slapdConf is the server's configuration. The reader has the size limit that servers
// have by default, and a limit on pages that is none. Nothing needs root.
var slapdConf = template.Must(template.New("slapd.conf").Parse(`
include {{.Schema}}/core.schema
include {{.Schema}}/cosine.schema
include {{.Schema}}/inetorgperson.schema
include {{.Schema}}/nis.schema
{{with .Modules}}modulepath {{.}}
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload ppolicy
{{end}}
loglevel none
TLSCACertificateFile {{.Dir}}/ca.pem
TLSCertificateFile {{.Dir}}/server.pem
TLSCertificateKeyFile {{.Dir}}/server.key
TLSVerifyClient try
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
authz-regexp "cn=reader" "{{.Reader}}"
database mdb
suffix "{{.Base}}"
rootdn "{{.Admin}}"
rootpw {{.Password}}
directory {{.Data}}
maxsize {{.Room}}
envflags nosync
index objectClass,entryUUID eq
index uid,mail,member,memberOf eq
access to attrs=userPassword by anonymous auth by self write by * none
access to * by users read by anonymous auth
overlay memberof
memberof-refint TRUE
overlay refint
refint_attributes member
overlay ppolicy
ppolicy_default "cn=policy,{{.Base}}"
`))

// The entries beside the people and groups: the policy that locks who guesses passwords,
// and who reads.
const beside = `dn: cn=policy,` + ldaptest.Base + `
objectClass: pwdPolicy
objectClass: device
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3

dn: ` + ldaptest.BindDN + `
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: ` + ldaptest.Password + `
`

// prepare fills the folder of a server: certificates, configuration and a database.
func (l *Lab) prepare(slapd string, people, groups int) error {
	if err := l.certify(); err != nil {
		return err
	}
	loaded, err := l.loaded(slapd, people, groups)
	if err != nil {
		return err
	}
	data := filepath.Join(l.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(data, "data.mdb"), filepath.Join(loaded, "data.mdb")); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return l.configure(data, room(people+groups))
}

// certify makes an authority and a certificate for the server.
func (l *Lab) certify() error {
	authority, err := ldaptest.NewAuthority()
	if err != nil {
		return err
	}
	certificate, key, err := authority.Issue("localhost", time.Now().AddDate(0, 1, 0), "localhost", "127.0.0.1")
	if err != nil {
		return err
	}
	reader, readerKey, err := authority.Issue("reader", time.Now().AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	l.CA = filepath.Join(l.dir, "ca.pem")
	return errors.Join(os.WriteFile(l.CA, authority.PEM, 0o600), l.write("server.pem", certificate), l.write("server.key", key),
		l.write("reader.pem", reader), l.write("reader.key", readerKey))
}

func (l *Lab) write(name string, text []byte) error {
	return os.WriteFile(filepath.Join(l.dir, name), text, 0o600)
}

// ReaderCertificate returns files with a certificate and a key by which the server takes
// somebody for the reader.
func (l *Lab) ReaderCertificate() (certificate, key string) {
	return filepath.Join(l.dir, "reader.pem"), filepath.Join(l.dir, "reader.key")
}

// configure writes the configuration for a database in a folder.
func (l *Lab) configure(data string, room int64) error {
	var text bytes.Buffer
	err := slapdConf.Execute(&text, map[string]any{
		"Schema": schemas(), "Modules": modules(),
		"Dir": l.dir, "Data": data, "Base": l.Base, "Admin": l.BindDN, "Password": l.BindPassword, "Reader": l.ReaderDN, "Room": room,
	})
	if err != nil {
		return err
	}
	return l.write("slapd.conf", text.Bytes())
}

// modules returns the folder with the server's modules, or nothing where they are built in.
func modules() string {
	for _, pattern := range []string{"/usr/lib/ldap/back_mdb*", "/usr/lib/*/ldap/back_mdb*", "/usr/lib*/openldap/back_mdb*", "/usr/libexec/openldap/back_mdb*"} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return filepath.Dir(found[0])
		}
	}
	return ""
}

// schemas returns the folder with the schemas.
func schemas() string {
	return firstOf("/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema")
}

func firstOf(folders ...string) string {
	for _, f := range folders {
		if _, err := os.Stat(f); err == nil {
			return f
		}
	}
	return folders[0]
}

// loaded returns a folder with a database of so many people and groups. To load one takes
// seconds, so it is kept beside the other services, by what is in it.
func (l *Lab) loaded(slapd string, people, groups int) (string, error) {
	var ldif bytes.Buffer
	if err := ldaptest.Company(people, groups).LDIF(&ldif); err != nil {
		return "", err
	}
	ldif.WriteString(beside)
	home := filepath.Join(servicesDir(), "slapd")
	kept := filepath.Join(home, fmt.Sprintf("%d-%d-%x", people, groups, l.fingerprint(slapd, ldif.Bytes())))
	if _, err := os.Stat(kept); err == nil {
		return kept, nil
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", fmt.Errorf("keep a database: %w", err)
	}
	fresh, err := os.MkdirTemp(home, "loading-")
	if err != nil {
		return "", fmt.Errorf("keep a database: %w", err)
	}
	defer os.RemoveAll(fresh)
	if err := l.load(slapd, fresh, room(people+groups), &ldif); err != nil {
		return "", err
	}
	if err := os.Rename(fresh, kept); err != nil && !errors.Is(err, fs.ErrExist) && !exists(kept) {
		return "", fmt.Errorf("keep a database: %w", err)
	}
	return kept, nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// fingerprint tells databases apart that were loaded otherwise.
func (l *Lab) fingerprint(slapd string, ldif []byte) []byte {
	h := sha256.New()
	h.Write(ldif)
	fmt.Fprint(h, slapdConf.Root, room(1))
	if info, err := os.Stat(slapd); err == nil {
		fmt.Fprint(h, slapd, info.Size(), info.ModTime())
	}
	return h.Sum(nil)[:6]
}

// load fills an empty folder with a database, without a server.
func (l *Lab) load(slapd, data string, room int64, ldif io.Reader) error {
	if err := l.configure(data, room); err != nil {
		return err
	}
	c := exec.Command(slapd, "-Ta", "-q", "-f", filepath.Join(l.dir, "slapd.conf"), "-b", l.Base)
	c.Stdin = ldif
	if text, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("slapadd: %w\n%s", err, strings.TrimSpace(string(text)))
	}
	return nil
}

// servicesDir is where dev/services keeps things.
func servicesDir() string {
	if dir := os.Getenv("ROLLCALL_SERVICES_DIR"); dir != "" {
		return dir
	}
	return "/tmp/rollcall-services"
}

// room returns how large a database of so many entries may become. The file is as large
// from the start, most of it a hole.
func room(entries int) int64 { return 32<<20 + int64(entries)*16<<10 }

// copyFile copies a file with its holes.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(copyBlocks(out, in), out.Close())
}

func copyBlocks(out, in *os.File) error {
	block, empty := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := int64(0); ; {
		n, err := in.Read(block)
		if err == io.EOF {
			return out.Truncate(at)
		}
		if err != nil {
			return err
		}
		if !bytes.Equal(block[:n], empty[:n]) {
			if _, err := out.WriteAt(block[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
	}
}
