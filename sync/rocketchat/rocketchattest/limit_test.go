package rocketchattest_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	. "rollcall/sync/rocketchat/rocketchattest"
)

func TestLimiterCountsByRouteAndMethod(t *testing.T) {
	t.Parallel()
	clock := newClock()
	c := start(t, Options{Clock: clock.Now})
	c.s.Forbid("api-bypass-rate-limit")
	for i := range 10 {
		got := c.get("users.list")
		got.good(t)
		if left := got.header.Get("X-RateLimit-Remaining"); left != strconv.Itoa(9-i) {
			t.Fatalf("call %d: %s are left", i, left)
		}
		clock.add(time.Second)
	}
	got := c.get("users.list")
	says(t, got.bad(t, 429, nil), "You must wait 50 seconds")
	if ends := got.header.Get("X-RateLimit-Reset"); ends != fmt.Sprint(clock.Now().Add(50*time.Second).UnixMilli()) {
		t.Errorf("the window ends at %s", ends)
	}
	if got.header.Get("Retry-After") != "" {
		t.Error("there is a Retry-After")
	}
	c.get("roles.list").good(t)
	clock.add(50 * time.Second)
	c.get("users.list").good(t)
}

func TestRefusalsBeforeTheLimiterDoNotCount(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock().Now})
	c.s.Forbid("api-bypass-rate-limit")
	for range 20 {
		c.post("users.create", object{"name": "nobody"}).bad(t, 400, "error-invalid-params")
	}
	got := c.post("users.create", ada())
	got.good(t)
	if left := got.header.Get("X-RateLimit-Remaining"); left != "9" {
		t.Errorf("%s are left", left)
	}
}

func TestRoutesOfOldCountFirst(t *testing.T) {
	t.Parallel()
	for _, g := range []Generation{V3_11, V7} {
		c := start(t, Options{Generation: g, Clock: newClock().Now})
		c.s.Forbid("api-bypass-rate-limit")
		for range 10 {
			if got := c.post("users.create", object{"name": "nobody"}); got.status != 400 {
				t.Fatalf("answered %d %s", got.status, got.raw)
			}
		}
		c.post("users.create", ada()).bad(t, 429, nil)
	}
}

func TestRoutesOfOldStillCountFirst(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock().Now})
	c.s.Forbid("api-bypass-rate-limit")
	for range 10 {
		c.get("channels.list?colour=red").bad(t, 400, "invalid-params")
	}
	c.get("channels.list").bad(t, 429, nil)
}

func TestPermissionComesBeforeTheShape(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, g Generation) {
		c := start(t, Options{Generation: g})
		c.s.Forbid("edit-other-user-active-status")
		got := c.post("users.setActiveStatus", object{})
		switch g {
		case V3_11:
			says(t, got.bad(t, 400, nil), "Match error: Missing key 'userId'")
		case V7:
			got.bad(t, 400, "invalid-params")
		case V8:
			says(t, got.bad(t, 403, nil), "[error-unauthorized]")
		}
		got = c.post("users.setActiveStatus", object{"userId": "nobody", "activeStatus": false})
		if g == V3_11 {
			says(t, got.bad(t, 403, nil), "unauthorized")
		} else {
			says(t, got.bad(t, 403, nil), "[error-unauthorized]")
		}
	})
}

func TestSecondFactorCountsAndComesLast(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock().Now})
	c.s.Forbid("api-bypass-rate-limit")
	c = c.session()
	got := c.post("users.create", ada())
	got.bad(t, 400, "totp-required")
	if left := got.header.Get("X-RateLimit-Remaining"); left != "9" {
		t.Errorf("%s are left", left)
	}
	c.post("users.create", object{}).bad(t, 400, "error-invalid-params")
}

func TestStatusHasALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Clock: newClock().Now})
	c.s.Forbid("api-bypass-rate-limit")
	for range 5 {
		c.post("users.setStatus", object{"message": "here"}).good(t)
	}
	c.post("users.setStatus", object{"message": "here"}).bad(t, 429, nil)
	c.s.SetSetting("API_Enable_Rate_Limiter", false)
	c.post("users.setStatus", object{"message": "here"}).good(t)
}
