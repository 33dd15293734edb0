package rocketchat

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"rollcall/directory"
)

// Config says how a Rocket.Chat server is reached and what may be done in it.
type Config struct {
	URL            string // https://chat.example.com
	AllowPlaintext bool   // lets the token travel unencrypted to another machine
	UserID         string // of the account whose token it is
	Token          directory.Secret
	CAFile         string            // PEM, in place of the authorities that the system trusts
	Rooms          RoomPolicy        // what becomes of the rooms of which a leaver is the last owner
	Erasure        directory.Erasure // what the workspace is expected to do with the messages of the deleted; empty: whatever it does
	RenameLinked   bool              // accounts that were there before get the user names of the directory
	LinkUnverified bool              // accounts are linked by addresses that nobody verified
	Dry            bool              // nothing is sent that could change something

	Now func() time.Time // nil: the system's clock
}

// RoomPolicy says what becomes of rooms whose last owner is deactivated.
type RoomPolicy string

// The policies. The zero value means RoomsTransfer.
const (
	RoomsTransfer RoomPolicy = "transfer" // other members become owners; if a room would be removed, a person decides
	RoomsHold     RoomPolicy = "hold"     // a person decides
	RoomsRelease  RoomPolicy = "release"  // other members become owners, and rooms without members are removed
)

// New checks a configuration whole and makes a target of it. It connects to nobody. Its
// error is directory.Faults with everything that is wrong, each with the option at fault.
func New(config Config) (*Target, error) {
	b := &builder{config: config}
	base := b.address()
	b.credentials()
	b.words()
	trust := b.trust()
	if len(b.faults) > 0 {
		return nil, b.faults
	}
	now := config.Now
	if now == nil {
		now = time.Now
	}
	c := &client{base: base, userID: config.UserID, token: config.Token, dry: config.Dry, http: httpClient(trust)}
	c.limits.now, c.outage.now = now, now
	return &Target{config: config, client: c, now: now}, nil
}

// httpClient makes a client that follows nobody elsewhere: credentials go to the address
// that is configured and to no other.
func httpClient(trust *tls.Config) *http.Client {
	return &http.Client{
		Timeout:       callTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        trust,
			TLSHandshakeTimeout:    connectTime,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// builder is one New under way.
type builder struct {
	config Config
	faults directory.Faults
}

func (b *builder) fault(option, format string, args ...any) *directory.Error {
	e := directory.Errorf(directory.Invalid, option, format, args...)
	b.faults = append(b.faults, e)
	return e
}

// address reads the URL, and wants nobody's token to travel in the clear.
func (b *builder) address() string {
	const example = "write something like https://chat.example.com"
	u, err := url.Parse(b.config.URL)
	switch {
	case b.config.URL == "":
		b.fault("url", "there is no server").Hinted(example)
		return ""
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		b.fault("url", "it is not an absolute http or https address").Hinted(example)
		return ""
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		b.fault("url", "it has more in it than a host and a path").Hinted(example)
		return ""
	case u.Scheme == "http" && !b.config.AllowPlaintext && !loopback(u.Hostname()):
		b.fault("url", "the token would travel to %s unencrypted", u.Host).
			Hinted("write https://, or set allow_plaintext: true if nobody can listen on the way")
	}
	base := strings.TrimRight(b.config.URL, "/")
	if short, ends := strings.CutSuffix(base, "/api/v1"); ends {
		b.fault("url", "it ends in /api/v1").Hinted("leave that out, it is added: %s", short)
	}
	return base
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (b *builder) credentials() {
	const where = "Rocket.Chat shows both when a personal access token is made"
	if b.config.UserID == "" {
		b.fault("user_id", "nobody is named whose token it is").Hinted(where)
	}
	switch token := b.config.Token.Reveal(); {
	case token == "":
		b.fault("token", "there is no token").Hinted("set token or token_file; %s", where)
	case strings.ContainsFunc(token+b.config.UserID, func(r rune) bool { return r <= ' ' || r > '~' }):
		b.fault("token", "user_id or token has a character that neither can have").Hinted(where)
	}
}

func (b *builder) words() {
	switch b.config.Rooms {
	case "", RoomsTransfer, RoomsHold, RoomsRelease:
	default:
		b.fault("rooms_at_deactivation", "%q is no policy", b.config.Rooms).Hinted("write transfer, hold or release")
	}
	switch b.config.Erasure {
	case directory.EraseAsTarget, directory.EraseDelete, directory.EraseUnlink, directory.EraseKeep:
	default:
		b.fault("erasure", "%q is no kind of erasure", b.config.Erasure).Hinted("write delete, unlink or keep")
	}
}

// trust reads the file of certificates.
func (b *builder) trust() *tls.Config {
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if b.config.CAFile == "" {
		return trust
	}
	trust.RootCAs = x509.NewCertPool()
	switch text, err := os.ReadFile(b.config.CAFile); {
	case err != nil:
		b.fault("ca_file", "it cannot be read: %v", err)
	case !trust.RootCAs.AppendCertsFromPEM(text):
		b.fault("ca_file", "%s holds no certificate", b.config.CAFile).Hinted("it has to be in PEM: -----BEGIN CERTIFICATE-----")
	}
	return trust
}
