package scim_test

import (
	"net/url"
	"testing"

	"rollcall/directory"
	"rollcall/scim"
)

func TestDiscovery(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	config := f.do("GET", "/ServiceProviderConfig", "").want(200)
	for name, want := range map[string]bool{"patch": true, "bulk": false, "filter": true, "changePassword": false, "sort": false, "etag": true} {
		if config.at(name, "supported") != want {
			t.Errorf("%s: %v", name, config.at(name))
		}
	}
	if config.at("filter", "maxResults") != 1000.0 || config.at("meta", "location") != publicURL+"/scim/v2/ServiceProviderConfig" {
		t.Error(config.text)
	}
	for kind, all := range map[string][]string{"ResourceTypes": {"User", "Group"},
		"Schemas": {directory.UserSchema, directory.EnterpriseSchema, directory.ChatSchema, directory.GroupSchema}} {
		list := f.do("GET", "/"+kind+"?startIndex=3&count=1&sortBy=id", "").want(200)
		if list.at("totalResults") != float64(len(all)) || list.at("itemsPerPage") != float64(len(all)) {
			t.Error(list.text)
		}
		for i, id := range all {
			one := f.do("GET", "/"+kind+"/"+url.PathEscape(id), "").want(200)
			if one.id() != id || list.at("Resources", i, "id") != id || one.at("meta", "location") != publicURL+"/scim/v2/"+kind+"/"+id {
				t.Error(one.text)
			}
		}
		f.do("GET", "/"+kind+"?filter=id%20pr", "").wantError(403, "")
		f.do("GET", "/"+kind+"/nothing", "").wantError(404, "")
	}
}

// TestWhatIsSentFitsTheSchemasThatAreShown lets the library judge: every resource that
// we send is valid by the schemas that we publish, and has nothing that they do not have.
func TestWhatIsSentFitsTheSchemasThatAreShown(t *testing.T) {
	t.Parallel()
	f := open(t, "")
	id := f.do("POST", "/Users", `{"userName":"ada","name":{"givenName":"Ada","honorificPrefix":"Lady"},"displayName":"Ada","nickName":"A",
		"profileUrl":"https://example.com/ada","title":"Countess","userType":"Employee","preferredLanguage":"en","locale":"en-GB","timezone":"Europe/London",
		"active":false,"emails":[{"value":"ada@example.com","type":"work","primary":true}],"phoneNumbers":[{"value":"1","type":"mobile"}],
		"ims":[{"value":"ada","type":"xmpp"}],"photos":[{"value":"https://example.com/ada.png","type":"photo"}],
		"addresses":[{"country":"GB","type":"home","primary":true}],"entitlements":[{"value":"e"}],"roles":[{"value":"user"}],
		"x509Certificates":[{"value":"AAAA"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1","costCenter":"2",
		"organization":"3","division":"4","department":"5","manager":{"value":"6"}},
		"urn:rollcall:params:scim:schemas:extension:rocketchat:2.0:User":{"bio":"x","statusText":"y","voiceExtension":"7"}}`).want(201).id()
	g := f.group("Staff", id)
	for path, rt := range map[string]*directory.ResourceType{"/Users/" + id: directory.Users, "/Groups/" + g: directory.Groups} {
		sent := f.do("GET", path, "").want(200).object()
		core := scim.SchemaOf(rt, rt.Schema)
		if _, err := core.Validate(sent); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for name := range sent {
			_, known := core.Attributes.ContainsAttribute(name)
			if uri := rt.SchemaURI(name); uri != "" {
				if _, err := scim.SchemaOf(rt, uri).ValidateExtension(sent[name]); err != nil {
					t.Errorf("%s: %v", uri, err)
				}
			} else if !known && name != "id" && name != "schemas" && name != "meta" && name != "externalId" {
				t.Errorf("%s has %s, which no schema has", path, name)
			}
		}
		for _, a := range core.Attributes {
			if _, there := sent[a.Name()]; !there && a.Returned() == "default" && a.Name() != "externalId" {
				t.Errorf("%s lacks %s, which the test should send", path, a.Name())
			}
		}
	}
}
