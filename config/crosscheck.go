package config

import (
	"net"
	"net/netip"
	"slices"
)

// crossCheck finds values that are right each and wrong together.
func crossCheck(c *Config) Faults {
	return slices.Concat(checkTLS(c), checkPlainHTTP(c), checkSlugs(c), checkDomains(c), checkSourceNames(c))
}

func checkTLS(c *Config) Faults {
	switch {
	case c.TLSCert != "" && c.TLSKey == "":
		return Faults{c.Fault("tls_cert", "a certificate is of no use without its key", "set tls_key as well")}
	case c.TLSCert == "" && c.TLSKey != "":
		return Faults{c.Fault("tls_key", "a key is of no use without its certificate", "set tls_cert as well")}
	}
	return nil
}

// checkPlainHTTP makes it a decision, not an accident, that tokens and passwords travel
// a network in the clear.
func checkPlainHTTP(c *Config) Faults {
	if c.TLSCert != "" || c.AllowPlainHTTP || onLoopback(c.Listen) {
		return nil
	}
	return Faults{c.Fault("listen", "others could reach this address, and without a certificate they would do so unencrypted",
		"set tls_cert and tls_key, or allow_plain_http: true behind a proxy that speaks HTTPS")}
}

// onLoopback reports whether only this machine can reach the address.
func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return true // reported where it was parsed
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// checkSlugs wants a slug of its own for each of several workspaces.
func checkSlugs(c *Config) Faults {
	if len(c.Workspaces) < 2 {
		return nil
	}
	var faults Faults
	var seen []string
	for _, w := range c.Workspaces {
		switch {
		case !w.Locked("slug"):
			faults = append(faults, c.Fault(w.Path("slug"), "each of several workspaces needs a slug", "add slug: and a short name"))
		case slices.Contains(seen, w.Slug):
			faults = append(faults, c.Fault(w.Path("slug"), "another workspace has the slug "+w.Slug, "give each its own"))
		}
		seen = append(seen, w.Slug)
	}
	return faults
}

// checkDomains refuses to make addresses that would then be refused.
func checkDomains(c *Config) Faults {
	var faults Faults
	for _, w := range c.Workspaces {
		if w.DefaultDomain == "" || len(w.AllowedDomains) == 0 || slices.Contains(w.AllowedDomains, w.DefaultDomain) {
			continue
		}
		faults = append(faults, c.Fault(w.Path("default_domain"), w.DefaultDomain+" is not among the allowed domains", "add it to allowed_domains"))
	}
	return faults
}

// checkSourceNames wants a name of its own for each source of a workspace.
func checkSourceNames(c *Config) Faults {
	var faults Faults
	for _, w := range c.Workspaces {
		var seen []string
		for _, s := range w.Sources {
			if s.Name != "" && slices.Contains(seen, s.Name) {
				faults = append(faults, c.Fault(s.Path("name"), "another source has the name "+s.Name, "give each its own"))
			}
			seen = append(seen, s.Name)
		}
	}
	return faults
}
