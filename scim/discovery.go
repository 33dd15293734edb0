package scim

import (
	"net/http"
	"strings"

	"rollcall/directory"
)

// discovery holds the documents that describe this server (RFC 7643 §5 to §7), as
// trees without meta.
type discovery struct {
	types   []directory.Object
	schemas []directory.Object
}

func newDiscovery() discovery {
	var d discovery
	for _, rt := range []*directory.ResourceType{directory.Users, directory.Groups} {
		d.types = append(d.types, resourceType(rt))
		for _, uri := range append([]string{rt.Schema}, rt.Extensions...) {
			d.schemas = append(d.schemas, schemaTree(rt, uri))
		}
	}
	return d
}

func resourceType(rt *directory.ResourceType) directory.Object {
	extensions := []any{}
	for _, uri := range rt.Extensions {
		extensions = append(extensions, directory.Object{"schema": uri, "required": false})
	}
	return directory.Object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
		"id":      rt.Name, "name": rt.Name, "endpoint": rt.Endpoint, "schema": rt.Schema,
		"description": schemaTexts[rt.Schema][1], "schemaExtensions": extensions,
	}
}

// readConfig tells what is supported and what is not (RFC 7643 §5, RFC 9865 §4).
func (s *Server) readConfig(x *exchange) error {
	if err := x.refuseFilter(); err != nil {
		return err
	}
	supported := func(yes bool) directory.Object { return directory.Object{"supported": yes} }
	return x.sendTree(x.described(directory.Object{
		"schemas":        []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":          supported(true),
		"bulk":           directory.Object{"supported": false, "maxOperations": count(0), "maxPayloadSize": count(0)},
		"filter":         directory.Object{"supported": true, "maxResults": count(s.MaxPage)},
		"changePassword": supported(x.source.PasswordSync),
		"sort":           supported(false),
		"etag":           supported(true),
		"pagination": directory.Object{"cursor": false, "index": true, "defaultPaginationMethod": "index",
			"defaultPageSize": count(s.PageSize), "maxPageSize": count(s.MaxPage)},
		"authenticationSchemes": []any{directory.Object{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true, "specUri": "https://www.rfc-editor.org/info/rfc6750",
			"description": "A token made by rollcall tokens create, sent in the Authorization header.",
		}},
	}, "ServiceProviderConfig", "/ServiceProviderConfig"))
}

func (s *Server) listResourceTypes(x *exchange) error {
	return x.sendAll(s.discovery.types, "ResourceType", "/ResourceTypes")
}

func (s *Server) readResourceType(x *exchange) error {
	return x.sendOne(s.discovery.types, "ResourceType", "/ResourceTypes")
}

func (s *Server) listSchemas(x *exchange) error {
	return x.sendAll(s.discovery.schemas, "Schema", "/Schemas")
}

func (s *Server) readSchema(x *exchange) error {
	return x.sendOne(s.discovery.schemas, "Schema", "/Schemas")
}

// sendAll sends all documents of a kind. RFC 7644 §4: paging and sorting are ignored,
// a filter is refused.
func (x *exchange) sendAll(all []directory.Object, kind, endpoint string) error {
	if err := x.refuseFilter(); err != nil {
		return err
	}
	list := make([]directory.Object, len(all))
	for i, o := range all {
		list[i] = x.described(o, kind, endpoint+"/"+o["id"].(string))
	}
	return x.sendTree(directory.Object{"schemas": []string{listSchema}, "totalResults": count(int64(len(list))),
		"itemsPerPage": count(int64(len(list))), "startIndex": count(1), "Resources": list})
}

func (x *exchange) sendOne(all []directory.Object, kind, endpoint string) error {
	if err := x.refuseFilter(); err != nil {
		return err
	}
	for _, o := range all {
		if id := o["id"].(string); strings.EqualFold(id, x.r.PathValue("id")) {
			return x.sendTree(x.described(o, kind, endpoint+"/"+id))
		}
	}
	return directory.Errorf(directory.NotFound, "", "there is no such %s", kind)
}

func (x *exchange) refuseFilter() error {
	q, err := parseQuery(x.r.URL.RawQuery)
	if err == nil && q.filtered {
		err = refuseStatus(http.StatusForbidden, "what describes the server cannot be filtered")
	}
	return err
}

// described returns o with the meta that every resource has.
func (x *exchange) described(o directory.Object, kind, path string) directory.Object {
	full := make(directory.Object, len(o)+1)
	for name, v := range o {
		full[name] = v
	}
	full["meta"] = directory.Object{"resourceType": kind, "location": x.base + path}
	return full
}

func (x *exchange) sendTree(o directory.Object) error {
	x.buf = appendValue(x.buf, o)
	x.send(http.StatusOK)
	return nil
}
