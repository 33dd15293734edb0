package storetest

import (
	"testing"

	"rollcall/directory"
)

// Open returns an empty store with its tables made. It registers its own cleanup.
type Open func(t testing.TB) directory.Store

// Run checks that the stores that open makes keep the contract.
func Run(t *testing.T, open Open) {
	tests := []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"Workspaces", testWorkspaces},
		{"WorkspacesNeverMix", testWorkspacesNeverMix},
		{"UsersComeBackAsTheyWere", testUsersComeBack},
		{"MissingUsersAreNotFound", testMissingUsers},
		{"DeletedUsersStayFindable", testDeletedUsers},
		{"UsersAreFoundByWhatIsBeforeTheAt", testUsersAt},
		{"RemovedUsersAreGone", testRemovedUsers},
		{"TakenNamesAreRefused", testTakenNames},
		{"Collides", testCollides},
		{"UnstorableTextIsRefusedAlone", testUnstorableText},
		{"CountsEqualARecount", testCounts},
		{"OtherAdmin", testOtherAdmin},
		{"HeldInOrder", testHeld},
		{"DuePurge", testDuePurge},
		{"Leavers", testLeavers},
		{"Groups", testGroups},
		{"Members", testMembers},
		{"Mappings", testMappings},
		{"Sources", testSources},
		{"Tokens", testTokens},
		{"Conflicts", testConflicts},
		{"Blocks", testBlocks},
		{"DroppedMembers", testDropped},
		{"AuditChain", testAuditChain},
		{"EraseAudit", testEraseAudit},
		{"Refusals", testRefusals},
		{"Forget", testForget},
		{"FailedStepsLeaveNothing", testSteps},
		{"StepsSeeWhatWasBefore", testStepsSeeBefore},
		{"PanicsFailAlone", testPanics},
		{"ViewsSeeOneSnapshot", testSnapshot},
		{"LooksSeeWhatIsNew", testLook},
		{"UpdatesAreSerial", testSerial},
		{"LeavingCallersChangeNothing", testStorm},
		{"Runs", testRuns},
		{"Deliveries", testDeliveries},
		{"Links", testLinks},
		{"Actions", testActions},
		{"ForgetActions", testForgetActions},
		{"FanOut", testFanOut},
		{"ListsInOrder", testLists},
		{"ListsWithinAnUpdate", testListsWithinUpdate},
		{"GroupsOfOneSource", testGroupsOfOneSource},
		{"ListsEqualAModel", testListsEqualModel},
		{"FiltersAgreeWithMatch", testFilters},
		{"GroupFiltersAgreeWithMatch", testGroupFilters},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.test(t, open)
		})
	}
}
